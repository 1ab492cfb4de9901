"""R18, R29 on the tool: what the tag refuses is never signed, whoever made the map."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import refused_orders
from reticent.errors import BadInput
from reticent.orders.fault import OrderFault
from reticent.orders.signing import read_policy, sign_policy
from reticent.tagcode import cbor, cose, envelope

CASES = list(refused_orders.refused())


def test_there_are_40_and_more():
    assert len(CASES) >= 40
    assert len({what for what, _, _ in CASES}) == len(CASES)


@pytest.mark.parametrize(("what", "fields", "rule"), CASES, ids=[case[0] for case in CASES])
def test_the_tool_neither_signs_it_nor_takes_it_signed(what, fields, rule):
    issuer = Ed25519PrivateKey.generate()
    with pytest.raises(OrderFault) as caught:
        sign_policy(fields, issuer)
    assert rule in str(caught.value)
    public = issuer.public_key().public_bytes_raw()
    kid, payload = envelope.kid_of(public), cbor.encode(fields)
    signed = cose.frame(kid, payload, issuer.sign(cose.to_be_signed(kid, payload)))
    with pytest.raises(BadInput, match="the policy is refused"):
        read_policy(signed, public)
