package import GatewayTypes

// Objects with fewer or more members, of which those that stay are what they were: numbers, escapes
// and the order of members survive. Names are compared decoded, and byte for byte.

extension JSONText {
  /// An object without the members that are not among `names`; nil when it has no others.
  ///
  /// One that has nothing to drop is returned as it is, white space included.
  package func keeping(members names: [String]) -> JSONText? {
    withSlice { object in
      var hasDropped = false
      var kept: [JSONMember] = []
      for member in object.members {
        if names.contains(where: member.name.isString) {
          kept.append(member)
        } else {
          hasDropped = true
        }
      }
      if kept.isEmpty { return nil }
      return hasDropped ? JSONText(objectOf: kept) : self
    }
  }

  /// An object with the values that the members `names` have in `answer`, in place of its own.
  ///
  /// They stand at its end, in the order of `names`. What `answer` lacks is left as it is, and all
  /// is if `answer` is not an object. Of several members of one name in `answer` the last counts.
  package func adding(members names: [String], from answer: JSONText) -> JSONText {
    guard !names.isEmpty else { return self }
    return answer.withSlice { answer in
      // A name that is listed twice is only found once.
      var found: [JSONSlice?] = Array(repeating: nil, count: names.count)
      for member in answer.members {
        if let index = names.firstIndex(where: member.name.isString) { found[index] = member.value }
      }
      if found.allSatisfy({ $0 == nil }) { return self }
      return withSlice { object in
        let own = object.members.filter { member in
          names.firstIndex(where: member.name.isString).map { found[$0] == nil } ?? true
        }
        let added = zip(names, found).compactMap { name, value in value.map { (name, $0) } }
        return JSONText(objectOf: own, and: added)
      }
    }
  }

  private init(objectOf members: [JSONMember], and others: [(name: String, value: JSONSlice)] = [])
  {
    var bytes: [UInt8] = []
    for member in members {
      bytes.append(UInt8(ascii: bytes.isEmpty ? "{" : ","))
      bytes.append(contentsOf: member.name.bytes)
      bytes.append(UInt8(ascii: ":"))
      bytes.append(contentsOf: member.value.bytes)
    }
    for (name, value) in others {
      bytes.append(verbatim: bytes.isEmpty ? "{\"" : ",\"")
      bytes.append(escaped: name)
      bytes.append(verbatim: "\":")
      bytes.append(contentsOf: value.bytes)
    }
    bytes.append(verbatim: bytes.isEmpty ? "{}" : "}")
    self.init(unchecked: bytes)
  }
}
