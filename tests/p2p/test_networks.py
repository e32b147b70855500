"""Which addresses are on our own networks, as a person would say it."""

from ipaddress import IPv4Interface, IPv6Interface

import pytest

from p2p.networks import Network, is_near, own_networks

OWN = (
    Network(IPv4Interface("192.168.1.7/24")),
    Network(IPv4Interface("203.0.113.9/28")),  # a campus, with public addresses
    Network(IPv6Interface("2001:db8:1:2::7/64")),
)


@pytest.mark.parametrize(
    "address",
    [
        "/ip4/192.168.1.20/tcp/4001", "/ip4/192.168.44.1/tcp/4001", "/ip4/10.1.1.1/tcp/1",
        "/ip4/172.31.0.1/tcp/1", "/ip4/169.254.7.7/tcp/1", "/ip4/203.0.113.14/tcp/1",
        "/ip6/2001:db8:1:2::99/tcp/4001", "/ip6/fd00::1/tcp/1", "/ip6/fe80::1/tcp/1",
    ],
)  # fmt: skip
def test_near(address: str) -> None:
    assert is_near(address, OWN)


@pytest.mark.parametrize(
    "address",
    [
        "/ip4/203.0.113.16/tcp/1", "/ip4/9.9.9.9/tcp/4001", "/ip6/2001:db8:1:3::1/tcp/1",
        "/ip4/127.0.0.1/tcp/4001", "/ip6/::1/tcp/1", "/ip4/100.64.1.1/tcp/1",
        "/ip4/198.18.0.1/tcp/1", "/ip4/0.0.0.0/tcp/1", "/dns/router.local/tcp/1", "", "nonsense",
        "/ip4/192.168.1.20/tcp/1/p2p/12D3KooWR/p2p-circuit",
    ],
)  # fmt: skip
def test_not_near(address: str) -> None:
    """Loopback is no network, a provider's NAT is not ours, and a relay tells nothing."""
    assert not is_near(address, OWN)


def test_our_own_networks_are_those_of_the_system() -> None:
    """Loopback at least, with its whole subnet."""
    assert Network(IPv4Interface("127.0.0.1/8")).at in [network.at for network in own_networks()]
