"""What a script ends with: one line on standard error, and a status that says whose fault it was. printing.py prints it.

Understood by Python 3.6 too, which login nodes have.
"""


class BadInput(ValueError):
    """Input that cannot be taken: status 2. The text is one line that says what is wrong and what would be right."""


class ReportError(BadInput):
    """What is wrong with a report, in one line."""


class FailedUnderWay(Exception):
    """Something that had been begun went wrong, such as a write to a full disk: status 1. The text is one line that says what.

    Not a BadInput: the user gave nothing wrong.
    """
