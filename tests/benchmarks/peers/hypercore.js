// One hypercore, written once, then copied by another process over loopback TCP.
//
//   node hypercore.js write DIR TEXTS N   appends N blocks, one for each line of TEXTS
//   node hypercore.js serve DIR           says {port, key}, serves until standard input ends
//   node hypercore.js read DIR PORT KEY N copies N blocks onto a fresh disk, says what it took
//
// The stream between the two is store.replicate(): Noise, on a plain socket, both sides live.
'use strict'
const fs = require('fs')
const net = require('net')
const Corestore = require('corestore')

const say = (what) => process.stdout.write(JSON.stringify(what) + '\n')
const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9

async function opened (dir, how) {
  const store = new Corestore(dir)
  await store.ready()
  const core = store.get(how)
  await core.ready()
  return { store, core }
}

async function write (dir, texts, count) {
  const { store, core } = await opened(dir, { name: 'posts' })
  const lines = fs.readFileSync(texts, 'utf8').split('\n').slice(0, count)
  const since = process.hrtime.bigint()
  for (let at = 0; at < lines.length; at += 1000) {
    await core.append(lines.slice(at, at + 1000).map((line) => Buffer.from(line)))
  }
  await store.close()
  say({ wrote: seconds(since), posts: lines.length })
}

async function serve (dir) {
  const { store, core } = await opened(dir, { name: 'posts' })
  const server = net.createServer({ noDelay: true }, (socket) => {
    const stream = store.replicate(false)
    socket.pipe(stream).pipe(socket)
    stream.on('error', () => {})
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1', () => say({ port: server.address().port, key: core.key.toString('hex') }))
  process.stdin.on('end', () => process.exit(0)).resume()
}

async function read (dir, port, key, count) {
  const { store, core } = await opened(dir, { key: Buffer.from(key, 'hex') })
  const before = process.cpuUsage()
  const since = process.hrtime.bigint()
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
  const stream = store.replicate(true)
  socket.pipe(stream).pipe(socket)
  await core.update({ wait: true })
  await core.download({ start: 0, end: count }).done()
  const done = seconds(since)
  const used = process.cpuUsage(before)
  const bytes = socket.bytesRead + socket.bytesWritten
  const whole = core.contiguousLength === count
  socket.destroy()
  await store.close()
  const closed = seconds(since)
  say({
    wall: done,
    closed,
    cpu: (used.user + used.system) / 1e6,
    bytes,
    peak: process.resourceUsage().maxRSS * 1024,
    whole
  })
  process.exit(0)
}

const [, , what, dir, ...rest] = process.argv
if (what === 'write') write(dir, rest[0], Number(rest[1]))
if (what === 'serve') serve(dir)
if (what === 'read') read(dir, Number(rest[0]), rest[1], Number(rest[2]))
