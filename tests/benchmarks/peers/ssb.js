// One feed in ssb-db2, written once, then replicated by EBT to another process on loopback.
//
//   node ssb.js write DIR TEXTS N               publishes N messages of type post
//   node ssb.js serve DIR                       says {address, feed}, serves until stdin ends
//   node ssb.js read DIR ADDRESS FEED N SEARCH  replicates N messages onto a fresh disk
//
// Indexed means: the indexes base, keys and ebt of ssb-db2 have drained, and a query for the newest
// 50 messages of type post has been answered, which makes jitdb build its indexes. SEARCH = 1 adds
// ssb-search2 (words in leveldb): closed, opened again with it, drained, and one word looked up.
// From the log it is built in one go, which is the faster way for it; while messages still came, the
// indexes of ssb-db2 were seen never to drain.
'use strict'
const fs = require('fs')
const path = require('path')
const pull = require('pull-stream')
const SecretStack = require('secret-stack')
const ssbKeys = require('ssb-keys')
const { where, type, and, descending, paginate, toCallback } = require('ssb-db2/operators')

const CAPS = { shs: Buffer.alloc(32, 7).toString('base64') }
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n')
const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9
const promised = (call) => new Promise((resolve, reject) =>
  call((err, value) => (err ? reject(err) : resolve(value))))

function started (dir, search) {
  fs.mkdirSync(dir, { recursive: true })
  const keys = ssbKeys.loadOrCreateSync(path.join(dir, 'secret'))
  const stack = SecretStack({ caps: CAPS })
    .use(require('ssb-db2'))
    .use(require('ssb-db2/compat/ebt'))
    .use(require('ssb-ebt'))
  if (search) stack.use(require('ssb-search2'))
  return stack({
    path: dir,
    keys,
    caps: CAPS,
    timers: { inactivity: 3600e3 },
    connections: {
      incoming: { net: [{ scope: 'device', transform: 'shs', host: '127.0.0.1', port: freePort() }] },
      outgoing: { net: [{ transform: 'shs' }] }
    }
  })
}

function freePort () {
  return 20000 + (process.pid % 20000) // multiserver listens on a port it is told, not on any
}

async function write (dir, texts, count) {
  const sbot = started(dir, false)
  const lines = fs.readFileSync(texts, 'utf8').split('\n').slice(0, count)
  const since = process.hrtime.bigint()
  for (const text of lines) {
    await promised((cb) => sbot.db.create({ content: { type: 'post', text } }, cb))
  }
  await promised((cb) => sbot.db.onDrain('ebt', cb))
  await promised((cb) => sbot.close(true, cb))
  say({ wrote: seconds(since), posts: lines.length })
  process.exit(0)
}

async function serve (dir) {
  const sbot = started(dir, false)
  await promised((cb) => sbot.db.onDrain('base', cb))
  await promised((cb) => sbot.db.onDrain('ebt', cb))
  sbot.ebt.request(sbot.id, true)
  say({ address: sbot.getAddress('device'), feed: sbot.id })
  process.stdin.on('end', () => process.exit(0)).resume()
}

// Secret-stack gives no socket away, so its bytes are counted where node makes sockets.
function counting () {
  const net = require('net')
  const sockets = []
  const connect = net.connect
  net.connect = (...args) => {
    const socket = connect(...args)
    sockets.push(socket)
    return socket
  }
  return () => sockets.reduce((sum, one) => sum + one.bytesRead + one.bytesWritten, 0)
}

async function read (dir, address, feed, count, search) {
  const bytes = counting()
  const sbot = started(dir, false)
  await promised((cb) => sbot.db.onDrain('base', cb))
  const before = process.cpuUsage()
  const since = process.hrtime.bigint()
  const stored = new Promise((resolve) => {
    let held = 0
    sbot.db.onMsgAdded(() => {
      held += 1
      if (held >= count) resolve()
    })
  })
  sbot.ebt.request(sbot.id, true)
  sbot.ebt.request(feed, true)
  await promised((cb) => sbot.connect(address, cb))
  await stored
  const received = seconds(since)
  await promised((cb) => sbot.db.onDrain('base', cb))
  await promised((cb) => sbot.db.onDrain('keys', cb))
  await promised((cb) => sbot.db.onDrain('ebt', cb))
  const newest = await promised((cb) => sbot.db.query(where(type('post')), descending(), paginate(50), toCallback(cb)))
  const indexed = seconds(since)
  const clock = await promised((cb) => sbot.getVectorClock(cb))
  const wired = bytes()
  let searched = null
  if (search) {
    await promised((cb) => sbot.close(true, cb))
    const again = started(dir, true)
    await promised((cb) => again.db.onDrain('search2', cb))
    const word = newest.results[0].value.content.text.split(' ').find((one) => one.length > 4)
    await promised((cb) => again.db.query(
      where(and(type('post'), again.search2.operator(word))), paginate(5), toCallback(cb)))
    searched = seconds(since)
  }
  const used = process.cpuUsage(before)
  say({
    wall: search ? searched : indexed,
    received,
    indexed,
    searched,
    cpu: (used.user + used.system) / 1e6,
    bytes: wired,
    peak: process.resourceUsage().maxRSS * 1024,
    whole: clock[feed] === count && newest.results.length === Math.min(50, count)
  })
  process.exit(0)
}

const [, , what, dir, ...rest] = process.argv
if (what === 'write') write(dir, rest[0], Number(rest[1]))
if (what === 'serve') serve(dir)
if (what === 'read') read(dir, rest[0], rest[1], Number(rest[2]), rest[3] === '1')
