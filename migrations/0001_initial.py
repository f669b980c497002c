"""The first schema: every table of the design, frozen."""

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    DecimalField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)


def tables(db):
    """The models of this moment, independent of the application's."""

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Record(Table):
        version = IntegerField()
        updated_at = DateTimeField()

    class Unit(Record):
        code = CharField(unique=True, max_length=40)
        name = CharField(index=True, max_length=150)
        kind = CharField(max_length=40)
        parent = ForeignKeyField("self", on_delete="RESTRICT", backref="+", null=True)
        active = BooleanField()

    class Employee(Record):
        nip = CharField(unique=True, max_length=18)
        name = CharField(index=True, max_length=120)
        unit = ForeignKeyField(Unit, on_delete="RESTRICT", backref="+")
        position = CharField(null=True, max_length=150)
        position_type = CharField(
            max_length=40,
            constraints=[
                Check(
                    "\"position_type\" IN ('JPT_PRATAMA', 'ADMINISTRATOR', 'PENGAWAS', 'FUNGSIONAL', 'PELAKSANA')"
                )
            ],
        )
        jf_level = CharField(
            null=True,
            max_length=40,
            constraints=[Check("\"jf_level\" IN ('PM', 'TR', 'MH', 'PY', 'PT', 'MU', 'MA', 'UT')")],
        )
        grade = CharField(null=True, max_length=40)
        status = CharField(
            max_length=40, constraints=[Check("\"status\" IN ('PNS', 'CPNS', 'PPPK', 'PPPK_PARUH_WAKTU')")]
        )
        supervisor = ForeignKeyField("self", on_delete="RESTRICT", backref="+", null=True)
        email = CharField(null=True, max_length=120)
        phone = CharField(null=True, max_length=30)
        active = BooleanField()
        job_class = IntegerField(null=True, constraints=[Check('"job_class" BETWEEN 1 AND 17')])

    class User(Record):
        username = CharField(unique=True, max_length=60)
        password = CharField(max_length=255)
        role = CharField(
            max_length=40,
            constraints=[Check("\"role\" IN ('admin', 'hr', 'supervisor', 'officer', 'employee')")],
        )
        employee = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", null=True)
        unit = ForeignKeyField(Unit, on_delete="RESTRICT", backref="+", null=True)
        active = BooleanField()
        must_change_password = BooleanField()
        epoch = IntegerField()

    class Throttle(Table):
        key = CharField(unique=True, max_length=120)
        tries = IntegerField()
        until = DoubleField()

    class Policy(Record):
        valid_from = DateField(unique=True)
        source = CharField(max_length=250)
        ratified = BooleanField()
        weight_supervisor = IntegerField(constraints=[Check('"weight_supervisor" BETWEEN 0 AND 100')])
        weight_peer = IntegerField(constraints=[Check('"weight_peer" BETWEEN 0 AND 100')])
        weight_subordinate = IntegerField(constraints=[Check('"weight_subordinate" BETWEEN 0 AND 100')])
        min_supervisor = IntegerField(constraints=[Check('"min_supervisor" BETWEEN 1 AND 100')])
        min_peer = IntegerField(constraints=[Check('"min_peer" BETWEEN 1 AND 100')])
        min_subordinate = IntegerField(constraints=[Check('"min_subordinate" BETWEEN 1 AND 100')])
        above_from = DecimalField(
            max_digits=5, decimal_places=2, constraints=[Check('"above_from" BETWEEN 0 AND 120')]
        )
        meets_from = DecimalField(
            max_digits=5, decimal_places=2, constraints=[Check('"meets_from" BETWEEN 0 AND 120')]
        )
        share_productivity = IntegerField(constraints=[Check('"share_productivity" BETWEEN 0 AND 100')])
        share_discipline = IntegerField(constraints=[Check('"share_discipline" BETWEEN 0 AND 100')])
        pct_very_good = IntegerField(constraints=[Check('"pct_very_good" BETWEEN 0 AND 200')])
        pct_good = IntegerField(constraints=[Check('"pct_good" BETWEEN 0 AND 200')])
        pct_needs_improvement = IntegerField(constraints=[Check('"pct_needs_improvement" BETWEEN 0 AND 200')])
        pct_poor = IntegerField(constraints=[Check('"pct_poor" BETWEEN 0 AND 200')])
        pct_very_poor = IntegerField(constraints=[Check('"pct_very_poor" BETWEEN 0 AND 200')])
        days_deliver = IntegerField(constraints=[Check('"days_deliver" BETWEEN 0 AND 365')])
        days_return = IntegerField(constraints=[Check('"days_return" BETWEEN 0 AND 365')])
        days_object = IntegerField(constraints=[Check('"days_object" BETWEEN 0 AND 365')])
        days_decide = IntegerField(constraints=[Check('"days_decide" BETWEEN 0 AND 365')])
        days_verify = IntegerField(constraints=[Check('"days_verify" BETWEEN 0 AND 365')])
        days_respond = IntegerField(constraints=[Check('"days_respond" BETWEEN 0 AND 365')])
        days_reply = IntegerField(constraints=[Check('"days_reply" BETWEEN 0 AND 365')])
        days_information = IntegerField(constraints=[Check('"days_information" BETWEEN 0 AND 365')])
        days_aspiration = IntegerField(constraints=[Check('"days_aspiration" BETWEEN 0 AND 365')])
        days_complaint = IntegerField(constraints=[Check('"days_complaint" BETWEEN 0 AND 365')])
        days_inspection = IntegerField(constraints=[Check('"days_inspection" BETWEEN 0 AND 365')])
        distribution_min_people = IntegerField(
            constraints=[Check('"distribution_min_people" BETWEEN 1 AND 1000')]
        )
        distribution_most_max = IntegerField(constraints=[Check('"distribution_most_max" BETWEEN 0 AND 100')])
        distribution_low_min = IntegerField(constraints=[Check('"distribution_low_min" BETWEEN 0 AND 100')])
        distribution_top_max = IntegerField(constraints=[Check('"distribution_top_max" BETWEEN 0 AND 100')])
        distribution_next_min = IntegerField(constraints=[Check('"distribution_next_min" BETWEEN 0 AND 100')])

        class Meta:
            constraints = [Check('"meets_from" <= "above_from"')]

    class Period(Record):
        code = CharField(unique=True, max_length=12)
        name = CharField(max_length=80)
        kind = CharField(max_length=40, constraints=[Check("\"kind\" IN ('monthly', 'quarterly', 'annual')")])
        starts_on = DateField()
        ends_on = DateField()
        state = CharField(max_length=40, constraints=[Check("\"state\" IN ('open', 'closed')")])

        class Meta:
            constraints = [Check('"starts_on" <= "ends_on"')]

    class UnitResult(Record):
        unit = ForeignKeyField(Unit, on_delete="RESTRICT", backref="+", index=False)
        period = ForeignKeyField(Period, on_delete="RESTRICT", backref="+")
        result = CharField(
            max_length=40,
            constraints=[
                Check("\"result\" IN ('ISTIMEWA', 'BAIK', 'BUTUH_PERBAIKAN', 'KURANG', 'SANGAT_KURANG')")
            ],
        )
        note = TextField(null=True)

        class Meta:
            indexes = ((("unit", "period"), True),)

    class Assessment(Record):
        employee = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", index=False)
        period = ForeignKeyField(Period, on_delete="RESTRICT", backref="+", index=False)
        source = CharField(
            max_length=40,
            constraints=[
                Check("\"source\" IN ('supervisor', 'peer', 'subordinate', 'public', 'observation', 'self')")
            ],
        )
        assessor = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", null=True)
        work_score = DecimalField(
            null=True, max_digits=5, decimal_places=2, constraints=[Check('"work_score" BETWEEN 0 AND 120')]
        )
        behaviour_score = DecimalField(
            null=True,
            max_digits=5,
            decimal_places=2,
            constraints=[Check('"behaviour_score" BETWEEN 0 AND 120')],
        )
        work_level = CharField(
            null=True, max_length=40, constraints=[Check("\"work_level\" IN ('ABOVE', 'MEETS', 'BELOW')")]
        )
        behaviour_level = CharField(
            null=True,
            max_length=40,
            constraints=[Check("\"behaviour_level\" IN ('ABOVE', 'MEETS', 'BELOW')")],
        )
        note = TextField(null=True)

        class Meta:
            indexes = ((("employee", "period", "source", "assessor"), True), (("period", "source"), False))

    class Rating(Record):
        employee = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", index=False)
        unit = ForeignKeyField(Unit, on_delete="RESTRICT", backref="+")
        period = ForeignKeyField(Period, on_delete="RESTRICT", backref="+", index=False)
        rater = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", null=True)
        work_score = DecimalField(
            null=True, max_digits=5, decimal_places=2, constraints=[Check('"work_score" BETWEEN 0 AND 120')]
        )
        behaviour_score = DecimalField(
            null=True,
            max_digits=5,
            decimal_places=2,
            constraints=[Check('"behaviour_score" BETWEEN 0 AND 120')],
        )
        work_level = CharField(
            max_length=40, constraints=[Check("\"work_level\" IN ('ABOVE', 'MEETS', 'BELOW')")]
        )
        behaviour_level = CharField(
            max_length=40, constraints=[Check("\"behaviour_level\" IN ('ABOVE', 'MEETS', 'BELOW')")]
        )
        predicate = CharField(
            index=True,
            max_length=40,
            constraints=[
                Check("\"predicate\" IN ('VERY_GOOD', 'GOOD', 'NEEDS_IMPROVEMENT', 'POOR', 'VERY_POOR')")
            ],
        )
        state = CharField(
            max_length=40,
            constraints=[
                Check(
                    "\"state\" IN ('suggested', 'confirmed', 'final', 'delivered', 'acknowledged', 'objected', 'upheld', 'changed')"
                )
            ],
        )
        credit = DecimalField(null=True, max_digits=7, decimal_places=2)
        confirmed_on = DateField(null=True)
        final_on = DateField(null=True)
        delivered_on = DateField(null=True)
        acknowledged_on = DateField(null=True)
        explanation = TextField()
        note = TextField(null=True)

        class Meta:
            indexes = ((("employee", "period"), True), (("period", "predicate"), False))

    class Objection(Record):
        rating = ForeignKeyField(Rating, on_delete="RESTRICT", backref="+", unique=True)
        filed_on = DateField()
        reason = TextField()
        answer = TextField(null=True)
        decision = CharField(
            null=True, max_length=40, constraints=[Check("\"decision\" IN ('upheld', 'changed')")]
        )
        due_on = DateField(null=True)
        decided_on = DateField(null=True)

    class Training(Record):
        employee = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", index=False)
        title = CharField(max_length=200)
        kind = CharField(max_length=40)
        provider = CharField(null=True, max_length=150)
        starts_on = DateField()
        ends_on = DateField(null=True)
        hours = IntegerField(constraints=[Check('"hours" BETWEEN 0 AND 2000')])
        certificate_no = CharField(null=True, max_length=100)
        certificate_file = CharField(null=True, max_length=100)
        state = CharField(max_length=40, constraints=[Check("\"state\" IN ('planned', 'proposed', 'done')")])
        outcome = TextField(null=True)

        class Meta:
            indexes = ((("employee", "title", "starts_on"), True),)
            constraints = [Check('"starts_on" <= "ends_on"')]

    class Award(Record):
        employee = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", index=False)
        kind = CharField(max_length=40)
        title = CharField(max_length=200)
        granted_on = DateField(null=True)
        decree_no = CharField(null=True, max_length=100)
        level = CharField(
            null=True,
            max_length=40,
            constraints=[Check("\"level\" IN ('NATIONAL', 'PROVINCE', 'REGENCY', 'UNIT')")],
        )
        amount = BigIntegerField(null=True, constraints=[Check('"amount" BETWEEN 0 AND 999999999999')])
        period = ForeignKeyField(Period, on_delete="RESTRICT", backref="+", null=True)
        state = CharField(
            max_length=40, constraints=[Check("\"state\" IN ('proposed', 'granted', 'declined')")]
        )

        class Meta:
            indexes = ((("employee", "title", "granted_on"), True),)

    class Complaint(Record):
        ticket = CharField(unique=True, max_length=20)
        received_on = DateField()
        channel = CharField(
            max_length=40,
            constraints=[
                Check("\"channel\" IN ('web', 'desk', 'phone', 'whatsapp', 'letter', 'social', 'lapor')")
            ],
        )
        classification = CharField(
            max_length=40,
            column_name="class",
            constraints=[Check("\"class\" IN ('information', 'aspiration', 'complaint', 'inspection')")],
        )
        unit = ForeignKeyField(Unit, on_delete="RESTRICT", backref="+", null=True)
        employee = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", null=True)
        reporter = CharField(null=True, max_length=200)
        subject = CharField(max_length=200)
        body = TextField()
        attachment = CharField(null=True, max_length=100)
        state = CharField(
            max_length=40,
            constraints=[
                Check(
                    "\"state\" IN ('received', 'verified', 'disposed', 'in_progress', 'answered', 'closed', 'rejected', 'need_info', 'reopened', 'not_ours')"
                )
            ],
        )
        verify_due = DateField(null=True)
        respond_due = DateField(null=True)
        close_due = DateField(null=True)
        answered_on = DateField(null=True)
        closed_on = DateField(null=True)
        response = TextField(null=True)
        substantiated = BooleanField(null=True)
        satisfaction = IntegerField(null=True, constraints=[Check('"satisfaction" BETWEEN 1 AND 5')])
        pin_hash = CharField(null=True, max_length=255)

    class ComplaintEvent(Table):
        complaint = ForeignKeyField(Complaint, on_delete="RESTRICT", backref="+")
        at = DateTimeField()
        state = CharField(
            max_length=40,
            constraints=[
                Check(
                    "\"state\" IN ('received', 'verified', 'disposed', 'in_progress', 'answered', 'closed', 'rejected', 'need_info', 'reopened', 'not_ours')"
                )
            ],
        )
        text = TextField(null=True)

    class Holiday(Record):
        date = DateField(unique=True)
        name = CharField(max_length=120)
        kind = CharField(max_length=40, constraints=[Check("\"kind\" IN ('NATIONAL', 'CUTI_BERSAMA')")])

    class Upload(Table):
        sheet = CharField(max_length=40)
        filename = CharField(max_length=200)
        user = ForeignKeyField(User, on_delete="RESTRICT", backref="+", null=True)
        at = DateTimeField()
        period = ForeignKeyField(Period, on_delete="RESTRICT", backref="+", null=True)
        state = CharField(
            max_length=40,
            constraints=[
                Check("\"state\" IN ('checked', 'queued', 'applying', 'applied', 'undone', 'failed')")
            ],
        )
        rows = IntegerField()
        new = IntegerField()
        changed = IntegerField()
        same = IntegerField()
        conflict = IntegerField()
        wrong = IntegerField()
        data = BlobField()
        sha256 = CharField(max_length=64)
        fingerprint = CharField(null=True, max_length=64)
        done = IntegerField()
        total = IntegerField()
        beat = DoubleField(null=True)
        undone_at = DateTimeField(null=True)

    class Change(Table):
        at = DateTimeField(index=True)
        user = ForeignKeyField(User, on_delete="RESTRICT", backref="+", null=True)
        upload = ForeignKeyField(Upload, on_delete="RESTRICT", backref="+", null=True)
        action = CharField(
            max_length=40,
            constraints=[Check("\"action\" IN ('create', 'update', 'delete', 'undo', 'look', 'sign_in')")],
        )
        table = CharField(max_length=40)
        key = IntegerField()
        label = CharField(max_length=250)
        before = TextField(null=True)
        after = TextField(null=True)

        class Meta:
            indexes = ((("table", "key"), False),)

    Assessment.add_index(
        Assessment.index(
            Assessment.employee,
            Assessment.period,
            Assessment.source,
            unique=True,
            where=Assessment.assessor.is_null(),
            name="assessment_without_assessor",
        )
    )
    Award.add_index(
        Award.index(
            Award.employee,
            Award.title,
            unique=True,
            where=Award.granted_on.is_null(),
            name="award_without_date",
        )
    )
    return (
        Unit,
        Employee,
        User,
        Throttle,
        Policy,
        Period,
        UnitResult,
        Assessment,
        Rating,
        Objection,
        Training,
        Award,
        Complaint,
        ComplaintEvent,
        Holiday,
        Upload,
        Change,
    )


def up(migrator, db):
    db.create_tables(tables(db), safe=False)


def down(migrator, db):
    db.drop_tables(tables(db))
