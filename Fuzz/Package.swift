// swift-tools-version: 6.2
import PackageDescription

// The fuzzer's program. What it checks is the module GatewayFuzzing of the package above, where
// the unit tests have it as well; built apart, so that nothing else is built with a fuzzer's eyes.
let package = Package(
  name: "notes-gateway-fuzz",
  dependencies: [.package(name: "notes-gateway", path: "..")],
  targets: [
    .executableTarget(
      name: "fuzz",
      dependencies: [.product(name: "GatewayFuzzing", package: "notes-gateway")],
      cSettings: [.treatAllWarnings(as: .error)])
  ]
)
