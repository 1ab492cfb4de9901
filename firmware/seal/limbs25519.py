"""The viper kernels of arithmetic modulo 2**255 - 19, for field25519.

An element is 20 limbs of 13 bits, the lowest first; 2**260 = 608. Every kernel gives limbs that
every kernel takes: never negative, and only the lowest three above 8,191, below 10,016. So a
column of 20 products stays below 2**31, the RP2040's word. No step depends on a value.

Loops are unrolled where a constant index pays. Cortex-M0+ cycles without the call: multiply 7,050
(in loops 8,330), butterfly 1,320 (3,030), scale_add 1,940, swap 4,590.
"""

import micropython


@micropython.viper
def multiply(out: ptr32, limb: int, a: ptr32, b: ptr32):
    """out = a * b; out must be neither of them.

    `limb` is no input: viper keeps a function's first two names in registers, which is worth a
    fifth of the time. Horner's rule: out = out * 2**13 + a[i] * b, from the highest limb down;
    what leaves at the top comes in at the bottom, times 608.
    """
    out[0] = out[1] = out[2] = out[3] = out[4] = out[5] = out[6] = out[7] = out[8] = out[9] = 0
    out[10] = out[11] = out[12] = out[13] = out[14] = 0
    out[15] = out[16] = out[17] = out[18] = out[19] = 0
    i = 19
    while i >= 0:
        top = out[19]
        limb = a[i]
        out[19] = b[19] * limb + out[18]
        out[18] = b[18] * limb + out[17]
        out[17] = b[17] * limb + out[16]
        out[16] = b[16] * limb + out[15]
        out[15] = b[15] * limb + out[14]
        out[14] = b[14] * limb + out[13]
        out[13] = b[13] * limb + out[12]
        out[12] = b[12] * limb + out[11]
        out[11] = b[11] * limb + out[10]
        out[10] = b[10] * limb + out[9]
        out[9] = b[9] * limb + out[8]
        out[8] = b[8] * limb + out[7]
        out[7] = b[7] * limb + out[6]
        out[6] = b[6] * limb + out[5]
        out[5] = b[5] * limb + out[4]
        out[4] = b[4] * limb + out[3]
        out[3] = b[3] * limb + out[2]
        out[2] = b[2] * limb + out[1]
        out[1] = b[1] * limb + out[0]
        out[0] = b[0] * limb + (top & 8191) * 608
        out[1] = (top >> 13) * 608 + out[1]
        i -= 1
    limb = out[0]
    out[0] = limb & 8191
    limb = (limb >> 13) + out[1]
    out[1] = limb & 8191
    limb = (limb >> 13) + out[2]
    out[2] = limb & 8191
    limb = (limb >> 13) + out[3]
    out[3] = limb & 8191
    limb = (limb >> 13) + out[4]
    out[4] = limb & 8191
    limb = (limb >> 13) + out[5]
    out[5] = limb & 8191
    limb = (limb >> 13) + out[6]
    out[6] = limb & 8191
    limb = (limb >> 13) + out[7]
    out[7] = limb & 8191
    limb = (limb >> 13) + out[8]
    out[8] = limb & 8191
    limb = (limb >> 13) + out[9]
    out[9] = limb & 8191
    limb = (limb >> 13) + out[10]
    out[10] = limb & 8191
    limb = (limb >> 13) + out[11]
    out[11] = limb & 8191
    limb = (limb >> 13) + out[12]
    out[12] = limb & 8191
    limb = (limb >> 13) + out[13]
    out[13] = limb & 8191
    limb = (limb >> 13) + out[14]
    out[14] = limb & 8191
    limb = (limb >> 13) + out[15]
    out[15] = limb & 8191
    limb = (limb >> 13) + out[16]
    out[16] = limb & 8191
    limb = (limb >> 13) + out[17]
    out[17] = limb & 8191
    limb = (limb >> 13) + out[18]
    out[18] = limb & 8191
    limb = (limb >> 13) + out[19]
    out[19] = limb & 8191
    limb = (limb >> 13) * 608 + out[0]
    out[0] = limb & 8191
    limb = (limb >> 13) + out[1]
    out[1] = limb & 8191
    out[2] = (limb >> 13) + out[2]


@micropython.viper
def butterfly(a: ptr32, b: ptr32, total: ptr32, difference: ptr32):
    """total = a + b and difference = a - b; they may be a and b."""
    carry = 0
    borrow = -1214 << 13  # 64 p is 16382 - 1214, 16382, 16382, ...: it keeps the limbs positive
    carry = (carry >> 13) + a[0] + b[0]
    borrow = (borrow >> 13) + 16382 + a[0] - b[0]
    total[0] = carry & 8191
    difference[0] = borrow & 8191
    carry = (carry >> 13) + a[1] + b[1]
    borrow = (borrow >> 13) + 16382 + a[1] - b[1]
    total[1] = carry & 8191
    difference[1] = borrow & 8191
    carry = (carry >> 13) + a[2] + b[2]
    borrow = (borrow >> 13) + 16382 + a[2] - b[2]
    total[2] = carry & 8191
    difference[2] = borrow & 8191
    carry = (carry >> 13) + a[3] + b[3]
    borrow = (borrow >> 13) + 16382 + a[3] - b[3]
    total[3] = carry & 8191
    difference[3] = borrow & 8191
    carry = (carry >> 13) + a[4] + b[4]
    borrow = (borrow >> 13) + 16382 + a[4] - b[4]
    total[4] = carry & 8191
    difference[4] = borrow & 8191
    carry = (carry >> 13) + a[5] + b[5]
    borrow = (borrow >> 13) + 16382 + a[5] - b[5]
    total[5] = carry & 8191
    difference[5] = borrow & 8191
    carry = (carry >> 13) + a[6] + b[6]
    borrow = (borrow >> 13) + 16382 + a[6] - b[6]
    total[6] = carry & 8191
    difference[6] = borrow & 8191
    carry = (carry >> 13) + a[7] + b[7]
    borrow = (borrow >> 13) + 16382 + a[7] - b[7]
    total[7] = carry & 8191
    difference[7] = borrow & 8191
    carry = (carry >> 13) + a[8] + b[8]
    borrow = (borrow >> 13) + 16382 + a[8] - b[8]
    total[8] = carry & 8191
    difference[8] = borrow & 8191
    carry = (carry >> 13) + a[9] + b[9]
    borrow = (borrow >> 13) + 16382 + a[9] - b[9]
    total[9] = carry & 8191
    difference[9] = borrow & 8191
    carry = (carry >> 13) + a[10] + b[10]
    borrow = (borrow >> 13) + 16382 + a[10] - b[10]
    total[10] = carry & 8191
    difference[10] = borrow & 8191
    carry = (carry >> 13) + a[11] + b[11]
    borrow = (borrow >> 13) + 16382 + a[11] - b[11]
    total[11] = carry & 8191
    difference[11] = borrow & 8191
    carry = (carry >> 13) + a[12] + b[12]
    borrow = (borrow >> 13) + 16382 + a[12] - b[12]
    total[12] = carry & 8191
    difference[12] = borrow & 8191
    carry = (carry >> 13) + a[13] + b[13]
    borrow = (borrow >> 13) + 16382 + a[13] - b[13]
    total[13] = carry & 8191
    difference[13] = borrow & 8191
    carry = (carry >> 13) + a[14] + b[14]
    borrow = (borrow >> 13) + 16382 + a[14] - b[14]
    total[14] = carry & 8191
    difference[14] = borrow & 8191
    carry = (carry >> 13) + a[15] + b[15]
    borrow = (borrow >> 13) + 16382 + a[15] - b[15]
    total[15] = carry & 8191
    difference[15] = borrow & 8191
    carry = (carry >> 13) + a[16] + b[16]
    borrow = (borrow >> 13) + 16382 + a[16] - b[16]
    total[16] = carry & 8191
    difference[16] = borrow & 8191
    carry = (carry >> 13) + a[17] + b[17]
    borrow = (borrow >> 13) + 16382 + a[17] - b[17]
    total[17] = carry & 8191
    difference[17] = borrow & 8191
    carry = (carry >> 13) + a[18] + b[18]
    borrow = (borrow >> 13) + 16382 + a[18] - b[18]
    total[18] = carry & 8191
    difference[18] = borrow & 8191
    carry = (carry >> 13) + a[19] + b[19]
    borrow = (borrow >> 13) + 16382 + a[19] - b[19]
    total[19] = carry & 8191
    difference[19] = borrow & 8191
    total[0] = (carry >> 13) * 608 + total[0]
    difference[0] = (borrow >> 13) * 608 + difference[0]


@micropython.viper
def scale_add(out: ptr32, a: ptr32, factor: int, b: ptr32):
    """out = a * factor + b, for a factor below 2**17."""
    carry = 0
    i = 0
    while i < 20:
        carry = a[i] * factor + b[i] + carry
        out[i] = carry & 8191
        carry = carry >> 13
        i += 1
    carry = carry * 608 + out[0]
    out[0] = carry & 8191
    carry = (carry >> 13) + out[1]
    out[1] = carry & 8191
    out[2] = (carry >> 13) + out[2]


@micropython.viper
def swap(a: ptr32, b: ptr32, c: ptr32, d: ptr32, bit: int):
    """Exchange a with b and c with d if the bit is 1, and do the same work if it is 0."""
    mask = 0 - bit
    i = 0
    while i < 20:
        x = (a[i] ^ b[i]) & mask
        a[i] = a[i] ^ x
        b[i] = b[i] ^ x
        x = (c[i] ^ d[i]) & mask
        c[i] = c[i] ^ x
        d[i] = d[i] ^ x
        i += 1


@micropython.viper
def copy(out: ptr32, a: ptr32):
    """out = a."""
    i = 0
    while i < 20:
        out[i] = a[i]
        i += 1


@micropython.viper
def load(out: ptr32, data: ptr8, at: int):
    """out = the 32 bytes from `at`, without their top bit."""
    i = 0
    bit = 0
    while i < 19:
        k = at + (bit >> 3)
        three_bytes = data[k] | (data[k + 1] << 8) | (data[k + 2] << 16)
        out[i] = (three_bytes >> (bit & 7)) & 8191
        bit += 13
        i += 1
    out[19] = ((data[at + 30] >> 7) | (data[at + 31] << 1)) & 255


@micropython.viper
def reduce(a: ptr32):
    """Bring a below p: fold what lies above 2**255 twice, then take p off if a + 19 reaches it."""
    step = 0
    while step < 3:
        carry = a[19] >> 8
        if step == 2:
            carry = 19
            i = 0
            while i < 19:
                carry = (a[i] + carry) >> 13
                i += 1
            carry = (a[19] + carry) >> 8
        carry = carry * 19
        a[19] = a[19] & 255
        i = 0
        while i < 19:
            carry = a[i] + carry
            a[i] = carry & 8191
            carry = carry >> 13
            i += 1
        a[19] = a[19] + carry
        step += 1
    a[19] = a[19] & 255


@micropython.viper
def store(out: ptr8, a: ptr32):
    """Write the 32 bytes of a, which reduce() has brought below p."""
    waiting = 0
    bits = 0
    at = 0
    i = 0
    while i < 20:
        waiting = waiting | (a[i] << bits)
        bits += 13
        while bits >= 8:
            out[at] = waiting & 255
            waiting = waiting >> 8
            bits -= 8
            at += 1
        i += 1
