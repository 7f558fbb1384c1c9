import Synchronization

/// The target that the process was started for. A fuzzer's process has one.
private let chosen = Mutex<FuzzTarget?>(nil)

/// Chooses the target `name`; 0 when there is none of that name. For `Fuzz/Sources/fuzz/fuzz.c`.
@_cdecl("ng_fuzz_choose")
package func choose(_ name: UnsafePointer<CChar>) -> CInt {
  guard let target = FuzzTarget(rawValue: String(cString: name)) else { return 0 }
  chosen.withLock { $0 = target }
  return 1
}

/// Lets the chosen target check one input, borrowed until return. Ends the process at a finding,
/// for that is how libFuzzer learns of one.
@_cdecl("ng_fuzz_check")
package func check(_ bytes: UnsafePointer<UInt8>?, _ size: Int) {
  guard let target = chosen.withLock({ $0 }) else {
    preconditionFailure("fuzz.c chooses a target before the first input")
  }
  do {
    _ = try target.check(Array(UnsafeBufferPointer(start: bytes, count: size)))
  } catch {
    fatalError("\(target.rawValue): \(error)")
  }
}
