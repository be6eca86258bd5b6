// Blocks from one hypercore to another over TCP, encrypted as it always is:
//
//   node hypercore_fetch.cjs MODULES seed DIR COUNT SIZE
//       prints `listening PORT KEY` when it holds them, and serves until it is killed
//   node hypercore_fetch.cjs MODULES get DIR COUNT PORT KEY
//       fetches them
//
// MODULES is the folder in which npm has installed hypercore. Blocks are verified by its Merkle tree
// (BLAKE2b), and written as it does by itself, into RocksDB without a sync. The last line of `get`
// is JSON: `seconds` in all, `first_s` to the first block, `rate` in blocks per second after it.
const crypto = require('crypto')
const net = require('net')
const path = require('path')

const [modules, role, dir, ...rest] = process.argv.slice(2)
const Hypercore = require(path.join(modules, 'node_modules', 'hypercore'))

async function serve (count, size) {
  const core = new Hypercore(dir)
  await core.ready()
  const batch = 1024
  for (let at = 0; at < count; at += batch) {
    const blocks = []
    for (let n = at; n < Math.min(count, at + batch); ++n) blocks.push(crypto.randomBytes(size))
    await core.append(blocks)
  }
  const server = net.createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => {})
    const stream = core.replicate(false)
    stream.on('error', () => {})
    socket.pipe(stream).pipe(socket)
  })
  server.listen(0, '127.0.0.1', () => {
    console.log('listening', server.address().port, core.key.toString('hex'))
  })
}

async function get (count, port, key) {
  const core = new Hypercore(dir, Buffer.from(key, 'hex'))
  await core.ready()
  const begun = process.hrtime.bigint()
  let first = null
  let have = 0
  let ended = null
  core.on('download', () => {
    ended = process.hrtime.bigint()
    if (++have === 1) first = ended
  })
  const socket = net.connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.pipe(core.replicate(true)).pipe(socket)
  await core.update({ wait: true })
  await core.download({ start: 0, end: count }).done()
  ended = process.hrtime.bigint()
  const seconds = (ns) => Number(ns) / 1e9
  console.log(JSON.stringify({
    seconds: seconds(ended - begun),
    first_s: seconds(first - begun),
    rate: (count - 1) / seconds(ended - first)
  }))
  process.exit(0)
}

if (role === 'seed') serve(Number(rest[0]), Number(rest[1]))
else get(Number(rest[0]), Number(rest[1]), rest[2])
