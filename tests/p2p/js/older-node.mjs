// What packages of today ask of Node and Node 20 has not yet.
if (Promise.withResolvers === undefined) {
  Promise.withResolvers = function () {
    const parts = {}
    parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }))
    return parts
  }
}
