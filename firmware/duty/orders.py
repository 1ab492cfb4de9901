"""The order in force and the next one: verified, kept on flash, put in force when it begins."""

import asyncio
import gc
import hashlib

from duty import overlay
from store import files
from store.policies import FOLDER, INBOX, Policies
from tag import events, succession
from tag import policy as rules
from wire import FormatError

_GARBAGE_BYTES = 16_384  # as in boot.py: what is kept of an order must lie together
_PIECE_BYTES = 1_024  # of an order that arrives: one step of a write


class Orders:
    """A tag's orders. `policy` is the one in force, or None: then nothing may be said."""

    def __init__(self, tag):
        self._tag = tag
        self._store = Policies(FOLDER, INBOX)
        # Who takes one or puts one in force is alone: it is verified for seconds, another could
        # lie in its place by then.
        self._lock = asyncio.Lock()
        self._said = []  # [(event code, value)] that nobody has taken yet
        self._next = None  # (version, not_before) of the one that waits
        self._seen = ()  # hashes of the last two that answers had: a policy and a locate order
        self._has_arrived = False
        self._has_stepped_down = False
        self._review_said = None
        self.policy = None
        self.followers = ()

    async def load(self):
        """Read what is on flash; what is not genuine is refused, and said."""
        store = self._store
        self.policy = await self._load(store.current, _decode_steps)
        waiting = await self._load_next(rules.terms_steps)  # no zones: they have no place yet
        if waiting is not None:
            self._next = waiting.version, waiting.not_before
        else:
            files.remove(store.next)
        await self._take(store.inbox)
        if self.policy is None and self._next is not None:
            self.policy = await self._activate()
        if self.policy is not None:
            self._tag.timebase.expect(self.policy.not_before, self.policy.not_after)
        self._tag.is_booting = False

    async def receive(self, digest, first, body):
        """Write an order with this SHA-256 to flash as it arrives; take_arrived() is next.

        Never whole in memory: beside an upload's TLS there is no room for 16 KB.
        """
        if digest in self._seen:
            return  # it comes with every answer until the tag has sealed under it
        if len(first) + body.left > rules.MAX_BYTES:
            self._see(digest)
            self._refuse(rules.BAD_FORM)
            return
        hasher = hashlib.sha256()
        piece, is_first = first, True
        while is_first or piece:
            hasher.update(piece)
            steps = self._store.arrive_steps(piece, is_first, not body.left)
            await self._tag.write(steps)
            piece, is_first = await body.read(_PIECE_BYTES), False
        if hasher.digest() == digest:
            self._see(digest)
            self._has_arrived = True

    async def take_arrived(self):
        """Take the order that has arrived, if any: keep it until it begins, or refuse it."""
        if self._has_arrived:
            self._has_arrived = False
            gc.collect()  # the upload's TLS has just ended
            async with self._lock:
                await self._take(self._store.arriving)

    async def _take(self, path):
        """Take the order at this path, or refuse it; either way it is there no more."""
        signed = files.view(path)
        if signed is None:
            return
        from tag import locate  # dropped below

        try:
            if locate.is_one(signed):
                await self._take_locate(signed)
                new = None
            else:
                new = await self._checked(signed)
        finally:
            signed.close()
            del locate
            overlay.forget(overlay.LOCATE)
        if new is None:
            files.remove(path)
        else:
            await self._tag.write(self._store.accept_steps(path))
            await self._hold(new)

    async def _take_locate(self, signed):
        """Act on a locate order, or say why it is not genuine."""
        utc_s = self._tag.utc_s()
        if self.policy is None or utc_s is None:
            return
        from tag import locate  # dropped by _take

        try:
            order = await self._verified(signed, locate.decode_steps)
            locate.check_for(order, self._tag.tag, self.policy.version, utc_s)
        except FormatError:
            self._said.append((events.LOCATE_INVALID, rules.BAD_FORM))
        except rules.PolicyError as error:
            self._said.append((events.LOCATE_INVALID, error.code))
        else:
            for follower in self.followers:
                follower.locate(order.number)

    async def allow(self, least_version):
        """Keep the least version that an ack allows: it never falls, whatever is restored."""
        store = self._store
        async with self._lock:
            if least_version > store.least_version:
                await self._tag.write(store.note_steps(store.held_version, least_version))

    def is_barred(self):
        """Return whether an ack forbids the order in force: then only heartbeats are said."""
        return self.policy is None or self.policy.version < self._store.least_version

    def take_events(self, utc_s):
        """Return [(code, value)] of what there is to say of the orders, each once."""
        said, self._said = self._said, []
        policy = self.policy
        if policy is None:
            return said
        if self.is_barred():
            said.append((events.POLICY_BARRED, self._store.least_version))
        left = succession.review_days_left(policy, utc_s)
        if left is not None and left != self._review_said:
            self._review_said = left
            said.append((events.REVIEW_DUE, left))
        level = policy.level_at(utc_s)
        if level < policy.level and not self._has_stepped_down:
            self._has_stepped_down = True
            said.append((events.STEPPED_DOWN, level))
        return said

    async def advance(self):
        """Put the next order in force if it has begun; each follower is told at once."""
        if not self._is_due():
            return
        async with self._lock:
            policy = await self._activate() if self._is_due() else None
        if policy is None:
            return
        self._review_said = None
        self._has_stepped_down = False
        self.policy = policy
        self._tag.timebase.expect(policy.not_before, policy.not_after)
        self._said.append((events.POLICY_ACTIVE, policy.version))
        for follower in self.followers:
            follower.follow(policy)

    async def _checked(self, signed):
        """Return (version, not_before) of an order that may follow, else None; why is said."""
        try:
            new = await self._verified(signed, rules.terms_steps)
            held = self._held_version()
            cell_m = self._tag.secrets.kept_cell_m()
            succession.check_follows(new, self.policy, self._tag.tag, held, cell_m)
        except FormatError:
            return self._refuse(rules.BAD_FORM)
        except rules.PolicyError as error:
            return self._refuse(error.code)
        except MemoryError:
            return self._refuse(rules.NO_ROOM)  # else it resets the tag with each answer, or boot
        return new.version, new.not_before

    def _held_version(self):
        """Return the highest version that the tag has ever taken."""
        waiting = 0 if self._next is None else self._next[0]
        in_force = 0 if self.policy is None else self.policy.version
        # From the least that is allowed on: to take one below it would be of no use.
        return max(self._store.held_version, waiting, in_force, self._store.least_version - 1)

    async def _hold(self, new):
        """Note that this one is on flash and waits."""
        self._next = new
        self._said.append((events.POLICY_PENDING, new[0]))
        await self._tag.write(
            self._store.note_steps(self._held_version(), self._store.least_version)
        )

    def _is_due(self):
        utc_s = self._tag.utc_s()
        return self._next is not None and utc_s is not None and utc_s >= self._next[1]

    async def _activate(self):
        """Put the order that waits in force and return it; None if it is not what was taken."""
        gc.collect()
        policy = await self._load_next(_decode_steps)
        self._next = None
        if policy is None:
            files.remove(self._store.next)
            return None
        await self._tag.write(self._store.activate_steps())
        return policy

    async def _load_next(self, decode_steps):
        """Return the Policy that waits, or None; one that finds no room is refused."""
        try:
            return await self._load(self._store.next, decode_steps)
        except MemoryError:
            return self._refuse(rules.NO_ROOM)

    async def _load(self, path, decode_steps):
        """Return the Policy at this path if it is genuine and this tag's, else None."""
        signed = files.view(path)
        if signed is None:
            return None
        try:
            policy = await self._verified(signed, decode_steps)
        except FormatError:
            return self._refuse(rules.BAD_FORM)
        except rules.PolicyError as error:
            return self._refuse(error.code)
        finally:
            signed.close()
        is_ours = policy.tag == self._tag.tag
        return (
            policy
            if is_ours and self._tag.secrets.kept_cell_m() in (None, policy.cell_m)
            else None
        )

    async def _verified(self, signed, decode_steps):
        """Return what is decoded of it; FormatError or PolicyError where it is not genuine."""
        async with self._tag.verifying_code:
            from seal import verification

            steps = rules.verified(
                signed, self._tag.config.issuer_key, verification.verify, overlay.forget
            )
            start, stop = await self._tag.run_steps(steps)
            del steps, verification  # or their code stays while this decodes
            overlay.drop()
            usual = gc.threshold()
            gc.threshold(_GARBAGE_BYTES)
            try:
                return await self._tag.run_steps(decode_steps(signed, start, stop))
            finally:
                gc.threshold(usual)
                overlay.forget(overlay.LIMITS)

    def _see(self, digest):
        self._seen = (digest,) + self._seen[:1]

    def _refuse(self, code):
        self._said.append((events.POLICY_REFUSED, code))


def _decode_steps(signed, start, stop):
    return rules.decode_steps(signed, start, stop, lambda: overlay.forget(overlay.LIMITS))
