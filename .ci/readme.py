"""Run the commands of a README: `python .ci/readme.py README.md`, in an empty folder.

Every fenced block of `bash` or `python` runs, in order, in one shell that stops at the first
failure. The line before a fence may say

    <!-- not in CI -->        this block is not run: it needs a window, a GPU or
        an hour, or is the set-up that was run before
    <!-- file: my_world.py -->        this block, in whatever language, is first
        written to that file; it does not run
"""

import re
import subprocess
import sys
from pathlib import Path

FENCE = re.compile(r"(?:^<!-- (?P<mark>.+?) -->\n)?^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
SKIP = "not in CI"
FILE = "file: "
END = "END_OF_PYTHON"


def read_blocks(text: str) -> tuple[list[str], dict[str, str]]:
    """Split a text into blocks to run, as commands of bash, and files to write before.

    Raises:
        ValueError: a comment before a fence is neither of the two, so that a misspelt mark does not
            run what it should not.
    """
    commands, files = [], {}
    for match in FENCE.finditer(text):
        mark, language, body = match["mark"], match["language"], match["body"]
        if mark and mark.startswith(FILE):
            files[mark.removeprefix(FILE)] = body
        elif mark and mark != SKIP:
            raise ValueError(f"the comment before a block is '{mark}'; allowed is '{SKIP}' or '{FILE}NAME'")
        elif language == "bash" and not mark:
            commands.append(body)
        elif language == "python" and not mark:
            commands.append(f"python - << '{END}'\n{body}{END}\n")
    return commands, files


def main(readme: str) -> int:
    """Write the files and run the commands; returns the shell's exit status."""
    commands, files = read_blocks(Path(readme).read_text())
    if not commands:
        print(f"error: {readme} has no block to run", file=sys.stderr)
        return 1
    for name, body in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(body)
    docs = Path(readme).resolve().parent / "docs"
    if docs.is_dir() and not Path("docs").exists():
        Path("docs").symlink_to(docs)  # its examples, by the paths that the README names
    script = "PS4='$ '\nset -euxo pipefail\n" + "\n".join(commands)
    print(f"{len(commands)} blocks to run, files written: {', '.join(files) or 'none'}", flush=True)
    return subprocess.run(["bash", "-c", script], stdin=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
