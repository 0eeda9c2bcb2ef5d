"""One thread: the tests compare bits, and the sums of a product may be split by the number of threads."""

import pytest
import torch


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def double():
    """Networks in double precision, for comparisons with another way of computing the same.

    What two orders of summation leave between them differs from one processor to the next. In single precision
    learning blows it up until it looks like a mistake; in double it stays ten digits below one.
    """
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)
