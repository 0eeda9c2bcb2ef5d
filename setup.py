"""The owner's layout: three floors stand at the top of the repository and install inside `stigmergy`."""

from setuptools import find_packages, setup

FLOORS = {"stigmergy.envs": "envs", "stigmergy.algorithms": "algorithms", "stigmergy.training": "training"}
PACKAGES = {"stigmergy": "stigmergy", **FLOORS}

setup(
    package_dir=PACKAGES,
    packages=[name for root, folder in PACKAGES.items() for name in [root, *(f"{root}.{sub}" for sub in find_packages(folder))]],
)
