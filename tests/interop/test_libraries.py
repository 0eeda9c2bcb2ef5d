"""Our environments in other libraries, where those are installed; `make interop-smoke` tries every
id.
"""

import pytest

from tests.interop.libraries import LIBRARIES

IDS = ["dilemmas/cleanup_among_eaters-v0", "dilemmas/public_goods-v0", "games/matrix-v0", "pursuit/tag-v0"]


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_it_plays_in(library, id):
    play, modules = LIBRARIES[library]
    for module in modules:
        pytest.importorskip(module)
    play(id)
