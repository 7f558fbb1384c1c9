// swift-tools-version: 6.2
import PackageDescription

let strictSwift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let strictC: [CSetting] = [
  .treatAllWarnings(as: .error),
  .define("_GNU_SOURCE"),
]

/// A module of ours. Its dependencies are all that it may import: the point of it being a module.
/// The files of `embedding` become bytes in its code.
func module(
  _ name: String, _ dependencies: [Target.Dependency], embedding files: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, resources: files.map { .embedInCode($0) },
    swiftSettings: strictSwift)
}

/// A narrow C face on one library, the only place that includes that library's headers.
func shim(
  _ name: String, _ dependencies: [Target.Dependency] = [], at path: String? = nil,
  links libraries: [String]
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, cSettings: strictC,
    linkerSettings: libraries.map { .linkedLibrary($0) })
}

/// The tests of one module; they may also use what GatewayTesting offers.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name)] + dependencies,
    swiftSettings: strictSwift)
}

let package = Package(
  name: "notes-gateway",
  products: [
    .executable(name: "notes-gateway", targets: ["notes-gateway"]),
    // For Fuzz/, a package of its own.
    .library(name: "GatewayFuzzing", targets: ["GatewayFuzzing"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // Libraries of others, each behind a target of its own.
    shim("CLoop", links: ["uv"]),
    shim("COpenSSL", links: ["ssl", "crypto"]),
    shim("CWebSockets", ["CLoop", "COpenSSL"], links: ["websockets"]),
    shim("CHTTPClient", ["CLoop"], links: ["curl"]),
    shim("CContentCoding", links: ["z", "brotlidec", "zstd"]),
    .systemLibrary(
      name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

    // Ours, lowest first.
    module("GatewayTypes", []),
    module("GatewayWire", ["GatewayTypes", "CJansson", "CContentCoding"]),
    module("GatewayTokens", ["GatewayTypes", "GatewayWire", "COpenSSL"]),
    module("GatewayConfiguration", ["GatewayTypes", "CYAML"]),
    module("GatewayLogic", ["GatewayTypes"]),
    module("GatewayLoop", ["GatewayTypes", "CLoop"]),
    module(
      "GatewayTransport",
      ["GatewayTypes", "GatewayWire", "GatewayLoop", "CLoop", "COpenSSL", "CWebSockets"]),
    module("GatewayUpstream", ["GatewayTypes", "GatewayWire", "GatewayLoop", "CHTTPClient"]),
    module(
      "GatewayRuntime",
      [
        "GatewayTypes", "GatewayWire", "GatewayTokens", "GatewayConfiguration", "GatewayLogic",
        "GatewayLoop", "GatewayTransport", "GatewayUpstream",
        .product(name: "Logging", package: "swift-log"),
      ],
      embedding: ["Admin/Page/page.html", "Admin/Page/figures.js", "Admin/Page/charts.js"]),
    module(
      "DemoNotesAPI",
      ["GatewayTypes", "GatewayWire", "GatewayTokens", "GatewayLoop", "GatewayTransport"],
      embedding: [
        "Page/page.html", "Page/field.js", "Page/latency.js", "Page/pane.js",
        "Page/rest-client.js", "Page/listener.js", "Page/device.js",
      ]),
    .executableTarget(
      name: "notes-gateway",
      dependencies: [
        "GatewayTypes", "GatewayConfiguration", "GatewayLoop", "GatewayTokens", "GatewayRuntime",
        "DemoNotesAPI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strictSwift),

    // Tests.
    module("GatewayTesting", ["GatewayTypes"]),
    module("GatewaySimulation", ["GatewayTypes", "GatewayLogic", "GatewayTesting"]),
    .executableTarget(
      name: "simulate",
      dependencies: [
        "GatewaySimulation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strictSwift),
    module(
      "GatewayFuzzing",
      ["GatewayTypes", "GatewayConfiguration", "GatewayTesting", "GatewayTokens", "GatewayWire"]),
    tests("GatewayFuzzing"),
    tests("GatewayTypes"),
    tests("GatewayWire", ["GatewayTypes", "GatewayTesting"]),
    tests("GatewayTokens", ["GatewayTypes"]),
    tests("GatewayConfiguration", ["GatewayTypes", "GatewayTesting"]),
    tests("GatewayLogic", ["GatewayTypes", "GatewayTesting"]),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["GatewayTypes", "GatewayLogic", "GatewayTesting", "GatewaySimulation"],
      swiftSettings: strictSwift),
    tests("GatewayLoop", ["GatewayTypes", "GatewayTesting"]),
    shim("CTLSClient", at: "Tests/CTLSClient", links: ["ssl", "crypto"]),
    tests(
      "GatewayTransport",
      ["GatewayTypes", "GatewayLoop", "GatewayTesting", "GatewayWire", "CLoop", "CTLSClient"]),
    tests("GatewayUpstream", ["GatewayTypes", "GatewayLoop", "GatewayTesting", "GatewayWire"]),
    tests(
      "GatewayRuntime",
      [
        "GatewayTypes", "GatewayConfiguration", "GatewayLogic", "GatewayLoop", "GatewayTesting",
        "GatewayTokens", "GatewayTransport", "GatewayUpstream", "GatewayWire", "CLoop",
        .product(name: "Logging", package: "swift-log"),
      ]),
    tests("DemoNotesAPI", ["GatewayTypes", "GatewayTokens", "GatewayWire"]),
  ]
)
