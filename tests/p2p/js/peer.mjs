// An independent libp2p that visits a home, or relays for two of them.
//
//   node peer.mjs visit ADDRESS   dial it, identify it, ping it; one line of JSON, and the end
//   node peer.mjs relay           relay until the input ends; its address is the first line

import './older-node.mjs'
import { noise } from '@chainsafe/libp2p-noise'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

const common = { connectionEncrypters: [noise()], streamMuxers: [yamux()] }
const say = (told) => console.log(JSON.stringify(told))

async function visit (address) {
  const node = await createLibp2p({
    ...common,
    transports: [tcp(), circuitRelayTransport()],
    services: { identify: identify({ runOnLimitedConnection: true }), ping: ping({ runOnLimitedConnection: true }) }
  })
  await node.start()
  const wanted = address.split('/').at(-1) // not who relays, if somebody does
  const identified = new Promise((resolve) => node.addEventListener('peer:identify', ({ detail }) => {
    if (detail.peerId.toString() === wanted) resolve(detail)
  }))
  const connection = await node.dial(multiaddr(address))
  const told = await identified
  const pings = []
  for (let number = 0; number < 3; number++) {
    pings.push(await node.services.ping.ping(connection.remotePeer))
  }
  say({
    peer: connection.remotePeer.toString(),
    protocols: told.protocols,
    agent: told.agentVersion ?? '',
    listening: told.listenAddrs.map(String),
    observed: told.observedAddr?.toString() ?? null,
    limited: connection.limits != null,
    pings
  })
  await node.stop()
}

async function relay () {
  const node = await createLibp2p({
    ...common,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    services: {
      identify: identify(),
      relay: circuitRelayServer({ reservations: { applyDefaultLimit: false } })
    }
  })
  await node.start()
  say({ address: node.getMultiaddrs()[0].toString() })
  for await (const _ of process.stdin) { /* until it ends */ }
  await node.stop()
}

const [what, address] = process.argv.slice(2)
await (what === 'visit' ? visit(address) : relay())
