"""Health tests of a noise source (NIST SP 800-90B, section 4.4): is it alive?

They find a source that is stuck or strongly biased; they do not measure entropy. The samples are
bits, one a byte. Of each draw all samples are tested, so every boot has the start-up test too.
"""

SAMPLES = 1024  # the window of the adaptive proportion test for bits

# Cutoffs (repetitions in a row, equal ones in a window) for false alarms of 2**-30 a test and the
# entropy a bit that is claimed: 1 + ceil(30 / H), and 1 + critbinom(1024, 2**-H, 1 - 2**-30).
HALF_A_BIT = (61, 810)
QUARTER_OF_A_BIT = (121, 928)


def is_healthy(samples, cutoffs) -> bool:
    """Return whether SAMPLES bits pass both tests; fewer do not."""
    if len(samples) != SAMPLES:
        return False
    most_in_a_row, most_equal = cutoffs
    return _longest_run(samples) < most_in_a_row and _equal_to_first(samples) < most_equal


def _longest_run(samples):
    """Section 4.4.1."""
    longest = run = 0
    last = samples[0]
    for sample in samples:
        if sample == last:
            run += 1
        else:
            last = sample
            run = 1
        if run > longest:
            longest = run
    return longest


def _equal_to_first(samples):
    """Section 4.4.2, with the window's first sample."""
    first = samples[0]
    count = 0
    for sample in samples:
        if sample == first:
            count += 1
    return count
