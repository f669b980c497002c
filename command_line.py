"""What commands take, how they answer, and how they refuse."""

import json

import click
from peewee import OperationalError, ProgrammingError

import access
import migrations
from values import Invalid


class Refused(click.ClickException):
    """Wrong usage or an unreadable file: exit 2, said as JSON where that was asked for."""

    exit_code = 2

    def __init__(self, message):
        super().__init__(message)
        context = click.get_current_context(silent=True)
        self.as_json = bool(context and context.meta.get("json"))

    def show(self, file=None):
        if self.as_json:
            click.echo(json.dumps({"error": self.message}, ensure_ascii=False))
        click.echo(self.message, err=True)


class Commands(click.Group):
    """Says as one sentence, and as JSON where that was asked for, what a user can cause."""

    def parse_args(self, context, args):
        context.meta["json"] = "--json" in args
        return super().parse_args(context, args)

    def invoke(self, context):
        try:
            return super().invoke(context)
        except click.UsageError as wrong:
            if not context.meta["json"]:
                raise
            raise Refused(wrong.format_message()) from wrong
        except (Invalid, access.Denied, OSError) as refusal:
            raise Refused(str(refusal) or type(refusal).__name__) from refusal
        except (OperationalError, ProgrammingError) as missing:
            if not migrations.pending():
                raise
            raise Refused("Skema basis data belum mutakhir; jalankan init dahulu") from missing


class Row(click.ParamType):
    """The row that a natural key names; an unknown or empty one is wrong usage, never "all"."""

    def __init__(self, field, noun, active=False):
        self.name, self.field, self.noun, self.active = noun, field, noun, active

    def convert(self, value, param, ctx):
        key = self.field.parse(value) if hasattr(self.field, "parse") else self._number(value)
        row = self.field.model.get_or_none(self.field == key) if key is not None else None
        if row is None:
            raise Refused(f"{self.noun} “{value}” tidak ada")
        if self.active and not row.active:
            raise Refused(f"{self.noun} “{value}” tidak aktif")
        return row

    @staticmethod
    def _number(text):
        return int(text) if text.isdecimal() and len(text) < 19 else None


def say(as_json, data, text):
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else text)
