// Adding and removing a member in a team of @localfirst/auth, in memory: nothing is kept on disk.
//
//   node auth.mjs SIZE REPEAT   fills a team up to SIZE members; then, REPEAT times, lets somebody
//                               in by an invitation (invite, proof, admit) and removes them again
//
// Says {"add": [ms …], "remove": [ms …], "bytes": [as many of the graph that a removal adds]}: the
// processor time of whoever does it, user and system.
import { createDevice, createTeam, createUser, generateProof, redactKeys } from '@localfirst/auth'

const [size, repeat] = process.argv.slice(2).map(Number)
const host = createUser('host', 'host')
const team = createTeam('Bench', {
  user: host,
  device: createDevice({ userId: host.userId, deviceName: 'computer' })
})

function comes (name) {
  const user = createUser(name, name)
  const started = process.cpuUsage()
  const { seed } = team.inviteMember()
  team.admitMember(generateProof(seed), redactKeys(user.keys), name)
  return [user.userId, spent(started)]
}

function spent (since) {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

while (team.members().length < size) comes(`member ${team.members().length}`)

const told = { add: [], remove: [], bytes: [] }
for (let turn = 0; turn < repeat; turn++) {
  const [userId, added] = comes(`guest ${turn}`)
  told.add.push(added)
  const before = team.save().length
  const started = process.cpuUsage()
  team.remove(userId)
  told.remove.push(spent(started))
  told.bytes.push(team.save().length - before)
  if (team.members().length !== size || !team.memberWasRemoved(userId)) throw new Error('still in')
}
process.stdout.write(JSON.stringify(told) + '\n')
