# The command line with PyTorch's CPU build: `docker build -t stigmergy .`, then
# `docker run --rm -v "$PWD:/work" stigmergy train --run runs/first`.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 SDL_VIDEODRIVER=dummy

WORKDIR /src
COPY pyproject.toml setup.py README.md LICENSE constraints.txt ./

# A layer of its own, which a change of the sources does not build again. A plain `torch` brings gigabytes of CUDA.
RUN pip install "torch==$(sed -n 's/^torch==//p' constraints.txt)" --index-url https://download.pytorch.org/whl/cpu

COPY envs envs
COPY algorithms algorithms
COPY training training
COPY stigmergy stigmergy
COPY configs configs
RUN pip install -c constraints.txt ".[plots]"

# Runs, and the kernels that are compiled on first use, belong to a user without further rights.
RUN useradd --create-home --uid 1000 stigmergy && mkdir /work && chown stigmergy /work
USER stigmergy
WORKDIR /work
ENTRYPOINT ["stigmergy"]
CMD ["--help"]
