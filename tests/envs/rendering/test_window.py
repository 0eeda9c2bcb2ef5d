"""The window obeys its keys; events are posted as SDL would, under the dummy driver."""

import threading

import numpy as np
import pytest
from PIL import Image

from stigmergy.envs.rendering.canvas import load_pygame
from stigmergy.envs.rendering.window import FASTEST, SLOWEST, Window

FRAME = np.full((40, 60, 3), (10, 200, 30), np.uint8)


@pytest.fixture
def window(monkeypatch, tmp_path):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    window = Window("pathfinding/lifelong-v0", fps=200, folder=tmp_path)
    window.show(FRAME)
    yield window
    window.close()


def press(*names):
    pygame = load_pygame()
    for name in names:
        character = name if len(name) == 1 else ""
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.key.key_code(name), unicode=character, mod=0))


def press_later(name):
    """Press a key from another thread while the window waits.

    The event that comes back tells whether it has happened.
    """
    pressed = threading.Event()

    def act():
        pressed.set()
        press(name)

    threading.Timer(0.15, act).start()
    return pressed


def screen():
    return load_pygame().surfarray.array3d(load_pygame().display.get_surface()).swapaxes(0, 1)


def test_shows_the_frame_and_the_keys_below(window):
    shown = screen()
    assert (shown[:40] == FRAME).all()
    assert shown.shape[0] > 40
    assert (shown[40:] < 200).any()
    for key in ("space", "+ -", "s:", "q:"):
        assert key in window.help_line()


def test_shows_the_latest_frame(window):
    other = np.full_like(FRAME, 77)
    window.show(other)
    assert (screen()[:40] == other).all()


def test_pause_holds_until_space(window):
    press("space")
    pressed = press_later("space")
    window.show(FRAME)
    assert pressed.is_set()
    assert not window.paused


@pytest.mark.parametrize("key", ["n", "right"])
def test_next_shows_one_frame_while_paused(window, key):
    press("space")
    for _ in range(2):
        pressed = press_later(key)
        window.show(FRAME)
        assert pressed.is_set()
        assert window.paused
        assert "next" in window.help_line()


def test_pause_and_next_pressed_at_once(window):
    press("space", "n")
    window.show(FRAME)  # hangs if either is lost in the wrong order
    assert window.paused
    press("space")
    window.show(FRAME)
    assert not window.paused


def test_next_means_nothing_while_running(window):
    press("n", "space")
    pressed = press_later("q")
    window.show(FRAME)  # would return at once if the n had counted
    assert pressed.is_set()


def test_speed(window):
    press("-", "-")
    window.show(FRAME)
    assert window.fps == 50
    press("+")
    window.show(FRAME)
    assert window.fps == 100
    assert "100/s" in window.help_line()


def test_speed_stays_within_bounds(window):
    press(*["+"] * 20)
    window.show(FRAME)
    assert window.fps == FASTEST
    press(*["-"] * 20, "q")  # q, so that nobody waits four seconds for a frame
    window.show(FRAME)
    assert window.fps == SLOWEST


def test_save_writes_the_frame(window, tmp_path):
    press("s", "s")
    window.show(FRAME)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["pathfinding-lifelong-v0-001.png", "pathfinding-lifelong-v0-002.png"]
    assert (np.asarray(Image.open(tmp_path / files[0])) == FRAME).all()
    assert files[1] in window.help_line()


def test_save_that_fails_does_not_end_the_show(window, tmp_path):
    (tmp_path / "file").write_text("")
    window.folder = tmp_path / "file"
    press("s")
    window.show(FRAME)
    assert not window.closed
    assert "not saved" in window.help_line()


@pytest.mark.parametrize("key", ["q", "escape"])
def test_quit_keys_close(window, key):
    press(key)
    window.show(FRAME)
    assert window.closed
    window.show(FRAME)  # nothing happens, and nothing is raised
    window.close()


def test_closing_the_window_closes_even_while_paused(window):
    pygame = load_pygame()
    press("space")
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    window.show(FRAME)
    assert window.closed
    assert not pygame.display.get_init()


def test_a_resized_window_keeps_the_frame_in_proportion(window):
    load_pygame().display.set_mode((240, 106))
    window._screen = load_pygame().display.get_surface()  # as SDL hands over a resized window
    window.show(FRAME)
    shown = screen()
    assert (shown[:80, 60:180] == FRAME[0, 0]).all()
    assert (shown[:80, :59] == 255).all()
    assert (shown[:80, 181:] == 255).all()
