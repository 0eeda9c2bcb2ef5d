"""Packages of the wheel: three floors at the top of the repository install inside `stigmergy`."""

from setuptools import find_packages, setup

FLOORS = {"stigmergy.envs": "envs", "stigmergy.algorithms": "algorithms", "stigmergy.training": "training"}
PACKAGES = {"stigmergy": "stigmergy", **FLOORS}
CONFIGS = {"stigmergy.configs": "configs"}  # data only: the experiments that `stigmergy train` finds by name

setup(
    package_dir=PACKAGES | CONFIGS,
    packages=[
        *CONFIGS,
        *(
            name
            for root, folder in PACKAGES.items()
            for name in [root, *(f"{root}.{sub}" for sub in find_packages(folder))]
        ),
    ],
)
