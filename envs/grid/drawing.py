"""Reading of maps that are drawn in characters: a line for each row, a letter for each cell."""

from collections.abc import Callable

from ..errors import BadParameter, UserError


def read_rows(
    text: str, name: str, is_allowed: Callable[[str], bool], words: str, error: type[UserError] = BadParameter
) -> list[tuple[int, str]]:
    """Read the rows of a drawing. Blank lines and blanks around a line do not count.

    Args:
        name: the words for the drawing in an error, such as "the map".
        is_allowed: True for a letter of the drawing.
        words: the allowed letters in an error.
        error: class of the errors.

    Returns:
        Number of the line from 1, and letters of each row; nothing for a blank text.

    Raises:
        UserError: lines differ in length, or a letter is not allowed.
    """
    rows = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, line in rows:
        if len(line) != len(rows[0][1]):
            raise error(
                f"line {number} of {name} is {len(line)} characters long, the lines before it {len(rows[0][1])}; all must be equally long"
            )
        strange = [letter for letter in line if not is_allowed(letter)]
        if strange:
            raise error(f"line {number} of {name} has the character '{strange[0]}'; allowed are {words}")
    return rows
