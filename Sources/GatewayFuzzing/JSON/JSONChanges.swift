import GatewayTypes
import GatewayWire

/// What is made of JSON values on their way: fields dropped and added, values compared.
struct JSONChanges {
  private let input: [UInt8]
  private let reference: ReferenceJSONText
  private let text: JSONText

  init(_ input: [UInt8], _ reference: ReferenceJSONText) {
    self.input = input
    self.reference = reference
    text = JSONText(unchecked: Array(input[reference.root.range]))
  }

  func judge() throws(Finding) {
    try judgeID()
    try judgeEquality()
    guard reference.root.isObject else { return }
    try judgeKeeping(["a", "id"])
    try judgeAdding(["b", "id", "a"])
  }

  /// The first `id`, of the whole text and of each beginning that has it.
  private func judgeID() throws(Finding) {
    let first = reference.root.members.first { $0.name.elementsEqual("id".utf8) }?.value
    let found = JSONText.id(inBeginning: input)
    var expected: String?
    if case .string(let bytes) = first?.content {
      expected = String(decoding: bytes, as: UTF8.self)
    }
    try require(found == expected, "another id")
    for size in [input.count / 3, input.count * 2 / 3, max(0, input.count - 1)] {
      let inBeginning = JSONText.id(inBeginning: Array(input.prefix(size)))
      try require(inBeginning == nil || inBeginning == expected, "another id in a beginning")
    }
  }

  // MARK: Members

  private func judgeKeeping(_ names: [String]) throws(Finding) {
    let kept = reference.root.members.filter { isAmong(names, $0.name) }
    guard let result = text.keeping(members: names) else {
      return try require(kept.isEmpty, "nothing kept")
    }
    try require(!kept.isEmpty, "something kept")
    try judge(result, has: spelt(kept, in: input))
  }

  private func judgeAdding(_ names: [String]) throws(Finding) {
    let source = reference.root.member("answer") ?? reference.root
    let answer = JSONText(unchecked: Array(input[source.range]))
    let added = names.compactMap { name in
      source.member(name).map { (Array(name.utf8), Array(input[$0.range])) }
    }
    let own = reference.root.members.filter { member in
      !added.contains { name, _ in name == member.name }
    }
    try judge(text.adding(members: names, from: answer), has: spelt(own, in: input) + added)
  }

  /// Whether `result` is an object with exactly these members.
  private func judge(
    _ result: JSONText, has expected: [(name: [UInt8], value: [UInt8])]
  ) throws(Finding) {
    guard let read = ReferenceJSONText(result.bytes), read.root.isObject else {
      throw Finding("an object with other members is none")
    }
    try require(
      spelt(read.root.members, in: result.bytes).elementsEqual(expected, by: ==),
      "an object has not the members that it should")
  }

  private func isAmong(_ names: [String], _ name: [UInt8]) -> Bool {
    names.contains { $0.utf8.elementsEqual(name) }
  }

  private func spelt(
    _ members: [ReferenceJSON.Member], in text: [UInt8]
  ) -> [(name: [UInt8], value: [UInt8])] {
    members.map { ($0.name, Array(text[$0.value.range])) }
  }

  // MARK: Equality

  private func judgeEquality() throws(Finding) {
    // What can't be escaped anew.
    guard !reference.hasHalfPair else { return }
    let spelling = JSONRespelling(input)
    let same = JSONText(unchecked: spelling.respelt(reference.root))
    try require(text.isEqualValue(to: same), "not equal to itself, written in another way")
    try require(same.isEqualValue(to: text), "equal in one direction only")
    guard reference.root.range.count < 2000 else { return }
    let list = JSONText(unchecked: [UInt8(ascii: "[")] + text.bytes + [UInt8(ascii: "]")])
    guard ReferenceJSONText(list.bytes) != nil else { return }
    try require(!text.isEqualValue(to: list), "equal to a list of itself")
    if let other = spelling.changed(reference.root) {
      try require(!text.isEqualValue(to: JSONText(unchecked: other)), "equal to another value")
    }
  }
}
