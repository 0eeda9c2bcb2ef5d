"""Window of the `human` render mode, with keys to pause, step and change speed."""

import re
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import BadParameter
from .canvas import can_show_windows, load_font, load_pygame
from .palette import BACKGROUND, MUTED, TEXT
from .video import write_png

SLOWEST, FASTEST = 0.25, 240.0
"""Frames per second."""
_BAR = 26
_FONT_SIZE = 18
_POLLS = 30  # times a second that a slow or paused window looks at the keyboard
_TOLERANCE = 0.002  # seconds; the clock counts whole milliseconds


def check_display(instead: str) -> None:
    """Raise BadParameter, which tells what to do `instead`, if no window can be shown here."""
    if not can_show_windows():
        raise BadParameter(f"there is no display for a window: neither DISPLAY nor WAYLAND_DISPLAY is set; {instead}")


class Window:
    """Window that shows frames.

    Keys: space pauses; n or right arrow shows the next frame while paused; + and - double and halve
    the speed; s saves the frame as PNG; q, Esc or closing the window closes it.

    Once closed, `closed` is True and `show` does nothing, so that a program that renders goes on to
    its end undisturbed.

    Args:
        title: in the window's frame, and at the start of the names of saved pictures.
        fps: frames per second to begin with.
        folder: where pictures are saved.

    Raises:
        BadParameter: the system opens no window, when the first frame is shown.
    """

    def __init__(self, title: str, fps: float, folder: str | Path = "."):
        self.title = title
        self.fps = min(max(fps, SLOWEST), FASTEST)
        self.folder = Path(folder)
        self.paused = False
        self.closed = False
        self._step = False
        self._note = ""
        self._frame: NDArray[np.uint8] = np.zeros((1, 1, 3), np.uint8)
        self._screen: Any = None
        self._clock: Any = None

    def show(self, frame: NDArray[np.uint8]) -> None:
        """Show a frame `(height, width, 3)` uint8, then wait by the speed, or while paused."""
        if self.closed:
            return
        self._frame = frame
        self._open()
        changed, shown = True, 0.0  # seconds since the frame before this one
        while not self.closed:
            changed = self._handle_events() or changed
            if changed:
                self._paint()
            if self._step or (not self.paused and shown >= 1 / self.fps - _TOLERANCE):
                break
            changed = False
            shown += self._clock.tick(max(self.fps, _POLLS)) / 1000
        self._step = False

    def close(self) -> None:
        """Close the window for good; closing twice is fine."""
        self.closed = True
        if self._screen is not None:
            self._screen = None
            load_pygame().display.quit()

    def _open(self) -> None:
        if self._screen is not None:
            return
        pygame = load_pygame()
        height, width = self._frame.shape[:2]
        try:
            pygame.display.init()
            self._screen = pygame.display.set_mode((width, height + _BAR), pygame.RESIZABLE)
        except pygame.error as error:
            raise BadParameter(f"no window can be opened here: {error}; render to a file or as rgb_array") from error
        pygame.display.set_caption(self.title)
        self._clock = pygame.time.Clock()

    def _handle_events(self) -> bool:
        """Do what the person asked for; whether there was anything that the window might show."""
        pygame = load_pygame()
        events = pygame.event.get()
        for event in events:
            if event.type == pygame.QUIT:
                self.close()
            elif event.type == pygame.KEYDOWN:
                self._press(event.key, getattr(event, "unicode", ""))
        return bool(events)

    def _press(self, key: int, character: str) -> None:
        pygame = load_pygame()
        self._note = ""
        if key == pygame.K_SPACE:
            self.paused = not self.paused
        elif key in (pygame.K_n, pygame.K_RIGHT):
            self._step = self.paused
        elif character == "+" or key in (pygame.K_PLUS, pygame.K_EQUALS, pygame.K_KP_PLUS):
            self.fps = min(2 * self.fps, FASTEST)
        elif character == "-" or key in (pygame.K_MINUS, pygame.K_KP_MINUS):
            self.fps = max(self.fps / 2, SLOWEST)
        elif key == pygame.K_s:
            self._save()
        elif key in (pygame.K_q, pygame.K_ESCAPE):
            self.close()

    def _save(self) -> None:
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", self.title).strip("-") or "frame"
        path = next(path for number in count(1) if not (path := self.folder / f"{stem}-{number:03d}.png").exists())
        try:
            write_png(path, self._frame)
            self._note = f"saved {path.name}"
        except OSError as error:  # a full disk is no reason to end the show
            self._note = f"not saved: {error.strerror}"

    def _paint(self) -> None:
        """The frame, as large as the window allows, and below it the keys."""
        if self.closed:
            return
        pygame = load_pygame()
        picture = pygame.surfarray.make_surface(self._frame.swapaxes(0, 1))
        width, height = self._screen.get_size()
        factor = min(width / picture.get_width(), max(height - _BAR, 1) / picture.get_height())
        if factor != 1:
            size = (max(1, int(picture.get_width() * factor)), max(1, int(picture.get_height() * factor)))
            picture = pygame.transform.smoothscale(picture, size)
        self._screen.fill(BACKGROUND)
        self._screen.blit(picture, picture.get_rect(midtop=(width // 2, 0)))
        help_line = load_font(_FONT_SIZE).render(self.help_line(), True, TEXT if self.paused else MUTED)
        self._screen.blit(help_line, help_line.get_rect(center=(width // 2, height - _BAR // 2)))
        pygame.display.flip()

    def help_line(self) -> str:
        """Text at the bottom of the window: the keys, the speed, and the picture saved last."""
        pause = "space: go on   n: next" if self.paused else "space: pause"
        return f"{pause}   + -: speed ({self.fps:g}/s)   s: save   q: quit" + (f"   {self._note}" if self._note else "")
