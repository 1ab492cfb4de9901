"""The order in force and the next one: verified, kept on flash, put in force when it begins."""

import gc
import hashlib

from store.policies import Policies
from tag import events, locate, succession
from tag import policy as rules
from wire import FormatError

_FOLDER = "/orders"
_INBOX = "/policy"  # where `mpremote cp` puts one


class Orders:
    """A tag's orders. `policy` is the one in force, or None: then nothing may be said."""

    def __init__(self, tag):
        self._tag = tag
        self._store = Policies(_FOLDER, _INBOX)
        self._said = []  # [(event code, value)] that nobody has taken yet
        self._next = None  # (version, not_before) of the one that waits
        self._seen = b""  # the hash of the last one that an answer had
        self._has_stepped_down = False
        self._review_said = None
        self.policy = None
        self.followers = ()

    async def load(self):
        """Read what is on flash; what is not genuine is refused, and said."""
        store = self._store
        self.policy = await self._load(store.current())
        waiting = await self._load(store.next())
        if waiting is None and store.next() is not None:
            store.drop_next()
        elif waiting is not None:
            self._next = waiting.version, waiting.not_before
        await self._take_brought()
        if self.policy is None and self._next is not None:
            self.policy = await self._activate()
        if self.policy is not None:
            self._tag.timebase.expect(self.policy.not_before, self.policy.not_after)

    async def take(self, signed):
        """Take a newer order that an answer had: keep it until it begins, or refuse it."""
        digest = hashlib.sha256(signed).digest()
        if digest == self._seen:
            return  # it comes with every answer until the tag has sealed under it
        self._seen = digest
        gc.collect()  # the upload's TLS has just ended
        if locate.is_one(signed):
            await self._take_locate(signed)
            return
        new = await self._checked(signed)
        if new is not None:
            await self._tag.write(self._store.put_next_steps(signed))
            await self._hold(new)

    async def _take_locate(self, signed):
        """Act on a locate order, or say why it is not genuine."""
        utc_s = self._tag.utc_s()
        if self.policy is None or utc_s is None:
            return
        try:
            order = await self._verified(signed, locate.decode)
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
        utc_s = self._tag.utc_s()
        if self._next is None or utc_s is None or utc_s < self._next[1]:
            return
        policy = await self._activate()
        if policy is None:
            return
        self._review_said = None
        self._has_stepped_down = False
        self.policy = policy
        self._tag.timebase.expect(policy.not_before, policy.not_after)
        self._said.append((events.POLICY_ACTIVE, policy.version))
        for follower in self.followers:
            follower.follow(policy)

    async def _take_brought(self):
        """Take the order that lies in the inbox, or refuse it."""
        store = self._store
        signed = store.brought()
        if signed is None:
            return
        new = await self._checked(signed)
        if new is None:
            store.drop_brought()
        else:
            await self._tag.write(store.accept_steps())
            await self._hold(new)

    async def _checked(self, signed):
        """Return the Policy of these bytes if it may follow, else None; it is said why not."""
        try:
            new = await self._verified(signed)
            held = self._held_version()
            cell_m = self._tag.secrets.kept_cell_m()
            succession.check_follows(new, self.policy, self._tag.tag, held, cell_m)
        except FormatError:
            return self._refuse(rules.BAD_FORM)
        except rules.PolicyError as error:
            return self._refuse(error.code)
        return new

    def _held_version(self):
        """Return the highest version that the tag has ever taken."""
        waiting = 0 if self._next is None else self._next[0]
        in_force = 0 if self.policy is None else self.policy.version
        # From the least that is allowed on: to take one below it would be of no use.
        return max(self._store.held_version, waiting, in_force, self._store.least_version - 1)

    async def _hold(self, new):
        """Note that this one is on flash and waits."""
        self._next = new.version, new.not_before
        self._said.append((events.POLICY_PENDING, new.version))
        await self._tag.write(
            self._store.note_steps(self._held_version(), self._store.least_version)
        )

    async def _activate(self):
        """Put the order that waits in force and return it; None if it is not what was taken."""
        gc.collect()
        policy = await self._load(self._store.next())
        self._next = None
        if policy is None:
            self._store.drop_next()
            return None
        await self._tag.write(self._store.activate_steps())
        return policy

    async def _load(self, signed):
        """Return the Policy of these bytes if it is genuine and this tag's, else None."""
        if signed is None:
            return None
        self._tag.watchdog.feed()
        try:
            policy = await self._verified(signed)
        except FormatError:
            return self._refuse(rules.BAD_FORM)
        except rules.PolicyError as error:
            return self._refuse(error.code)
        is_ours = policy.tag == self._tag.tag
        return (
            policy
            if is_ours and self._tag.secrets.kept_cell_m() in (None, policy.cell_m)
            else None
        )

    async def _verified(self, signed, decode=rules.decode):
        """Return what `decode` makes of it; FormatError or PolicyError where it is not genuine."""
        async with self._tag.verifying_code:
            from seal import ed25519

            steps = rules.verified(signed, self._tag.config.issuer_key, ed25519.verify)
            payload = await self._tag.run_steps(steps)
            del steps, ed25519  # or their code stays while this decodes
        return decode(payload)

    def _refuse(self, code):
        self._said.append((events.POLICY_REFUSED, code))
