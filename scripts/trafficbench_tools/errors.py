"""What is wrong with what the user gave."""


class BadInput(ValueError):
    """Input that cannot be taken. The text is one line that says what is wrong and what would be right."""


class ReportError(BadInput):
    """What is wrong with a report, in one line."""
