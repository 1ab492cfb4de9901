"""The mocked flash: NOR's rules, its costs, and LittleFS on it when power dies in it."""
# path: host_tools/reticent/sim/mock

import io

import mocked

BLOCK = 4096


def test_an_erase_sets_and_a_program_only_clears():
    mocked.power_on(flash=io.BytesIO(bytes(16 * BLOCK)))
    import rp2

    flash = rp2.Flash()
    page = bytearray(256)
    flash.ioctl(6, 3)
    flash.readblocks(3, page, 256)
    assert page == b"\xff" * 256
    flash.writeblocks(3, b"\x0f" * 256, 256)
    flash.writeblocks(3, b"\xfa" * 256, 256)
    flash.readblocks(3, page, 256)
    assert page == b"\x0a" * 256
    flash.readblocks(3, page, 0)
    assert page == b"\xff" * 256
    flash.readblocks(2, page, 0)
    assert page == bytes(256)
    assert rp2._report()["bits_not_set"] == 256


def test_a_write_without_offset_erases_first():
    mocked.power_on(flash=io.BytesIO(bytes(16 * BLOCK)))
    import rp2

    flash = rp2.Flash()
    flash.writeblocks(1, b"\x5a" * 2 * BLOCK)
    block = bytearray(BLOCK)
    for number in (1, 2):
        flash.readblocks(number, block)
        assert block == b"\x5a" * BLOCK
    assert rp2._report() == {"flash_ops": 34, "erases": {1: 1, 2: 1}, "bits_not_set": 0}


def test_operations_take_their_time():
    clock = mocked.power_on()
    import rp2

    rp2.Flash().ioctl(6, 0)
    assert clock.now_us == 45_000
    rp2.Flash().writeblocks(0, bytes(1024), 0)
    assert clock.now_us == 45_000 + 4 * 700


def test_it_tells_its_size():
    mocked.power_on()
    import rp2

    flash = rp2.Flash()
    assert (flash.ioctl(4, 0), flash.ioctl(5, 0)) == (16, BLOCK)
    part = rp2.Flash(start=2 * BLOCK, len=3 * BLOCK)
    assert part.ioctl(4, 0) == 3
    part.writeblocks(0, b"\x11" * 256, 0)
    page = bytearray(256)
    flash.readblocks(2, page, 0)
    assert page == b"\x11" * 256


def test_the_armed_operation_is_torn_and_power_stays_off():
    image = io.BytesIO(bytes(16 * BLOCK))
    clock = mocked.power_on(flash=image, cut_at_op=2)
    import rp2

    flash = rp2.Flash()
    flash.ioctl(6, 0)
    for _ in range(2):
        try:
            flash.writeblocks(0, bytes(512), 0)
            raise AssertionError
        except clock.PowerCut:
            pass
    assert image.getvalue()[:BLOCK] == bytes(128) + b"\xff" * (BLOCK - 128)


def test_a_torn_erase_leaves_half_a_block():
    image = io.BytesIO(bytes(16 * BLOCK))
    clock = mocked.power_on(flash=image, cut_at_op=1)
    import rp2

    try:
        rp2.Flash().ioctl(6, 1)
        raise AssertionError
    except clock.PowerCut:
        pass
    erased = image.getvalue()[BLOCK : 2 * BLOCK]
    assert erased == b"\xff" * 2048 + bytes(2048)


def _write_files(volume):
    for number in range(3):
        with volume.open("f%d" % number, "w") as file:
            file.write("new content " * 100)
        volume.rename("f%d" % number, "kept")


def test_littlefs_survives_a_cut_at_every_operation():
    def mount(content, cut_at_op):
        image = io.BytesIO(content)
        clock = mocked.power_on(flash=image, cut_at_op=cut_at_op)
        import rp2
        from vfs import VfsLfs2

        if content == b"\xff" * len(content):
            VfsLfs2.mkfs(rp2.Flash(), progsize=256)
        return clock, image, VfsLfs2(rp2.Flash(), progsize=256)

    _, image, volume = mount(b"\xff" * 16 * BLOCK, 0)
    with volume.open("kept", "w") as file:
        file.write("old")
    start = image.getvalue()
    cuts = 0
    while True:
        clock, image, volume = mount(start, cuts + 1)
        try:
            _write_files(volume)
            break
        except clock.PowerCut:
            cuts += 1
        _, _, volume = mount(image.getvalue(), 0)
        with volume.open("kept", "r") as file:
            content = file.read()
        assert content in ("old", "new content " * 100), (cuts, content)
    assert cuts > 10, cuts


def test_a_cut_passes_through_firmware_that_catches_exceptions():
    clock = mocked.power_on(cut_at_op=40)
    import rp2
    from vfs import VfsLfs2

    VfsLfs2.mkfs(rp2.Flash(), progsize=256)
    volume = VfsLfs2(rp2.Flash(), progsize=256)
    try:
        while True:
            try:
                with volume.open("f", "w") as file:
                    file.write("x" * 3000)
            except Exception:
                pass
    except clock.PowerCut:
        return
    raise AssertionError
