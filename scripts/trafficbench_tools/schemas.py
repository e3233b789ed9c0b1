"""Holds a report against a JSON schema. Needs jsonschema (Debian: python3-jsonschema)."""

import functools
import re

from trafficbench_tools.errors import ReportError
from trafficbench_tools.places import ROOT
from trafficbench_tools.reading import read_json, shortened

FOLDER = ROOT / "results" / "schema"


def check_by(schema, report):
    """Raises ReportError unless `report` follows the schema in the file `schema`."""
    # A value that breaks a plain rule often sets off conditional ones too: name the plain rule.
    conditions = {"allOf", "then", "else"}
    error = min(
        _validator(schema).iter_errors(report),
        key=lambda error: sum(part in conditions for part in error.absolute_schema_path),
        default=None,
    )
    if error is not None:
        where = "/".join(ascii(str(part))[1:-1] for part in error.absolute_path)
        raise ReportError(f"not a report of trafficbench: {where + ': ' if where else ''}{shortened(error.message)}")


@functools.lru_cache(maxsize=None)
def _validator(schema):
    import jsonschema  # not everybody who reads a report checks it

    every_item = jsonschema.Draft202012Validator.VALIDATORS["items"]

    def matches(validator, pattern, instance, schema):
        # The end is the end in a schema; in Python, where $ stands, a line feed may follow.
        if validator.is_type(instance, "string") and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")

    def items(validator, member, instance, schema):
        # A report has samples by the thousand, and jsonschema takes tens of microseconds for each.
        ends = _ends(instance)
        if ends is None or any(True for end in ends for _ in validator.descend(end, member)):
            yield from every_item(validator, member, instance, schema)

    # To a schema 2.0 is an integer, to Python it is no index.
    kind = jsonschema.validators.extend(
        jsonschema.Draft202012Validator,
        {"pattern": matches, "items": items},
        type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
            "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
        ),
    )
    return kind(read_json(schema))


def _ends(members):
    """Two values that stand for all members of an array of numbers of one type, or of objects of such numbers; None if there
    are none such.

    The schemas want nothing of a number but its type and bounds, and nothing of an object of numbers but what they want of
    each. So all are right if the least and the greatest are.
    """
    if not isinstance(members, list) or len(members) < 3:
        return None
    if isinstance(members[0], dict):
        names = members[0].keys()
        if not names or any(not isinstance(member, dict) or member.keys() != names for member in members):
            return None
        columns = [_ends([member[name] for member in members]) for name in names]
        return None if None in columns else [dict(zip(names, ends)) for ends in zip(*columns)]
    kinds = set(map(type, members))
    return (min(members), max(members)) if kinds == {int} or kinds == {float} else None
