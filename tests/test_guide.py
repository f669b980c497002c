"""What the guides say of the product is what the product does."""

from pathlib import Path

import capabilities
import flows

GUIDE = Path(__file__).parent.parent / "docs" / "panduan" / "ti.md"


def test_the_guides_table_of_moves_is_current():
    """Else: `python admin_app.py moves`, and its output in place of the section."""
    assert capabilities.CAPABILITIES
    text = GUIDE.read_text("utf-8").split("<!-- langkah -->")[1].strip()
    assert text == flows.described().strip()
