import GatewayTypes

/// What the file says to no effect.
extension Configuration {
  var unusedKeys: [ConfigurationProblem] {
    var unused: [ConfigurationProblem] = []
    func report(_ keys: [String], in section: String, _ reason: String) {
      for key in keys.map({ "\(section).\($0)" }) where places[key] != nil {
        unused.append(places.problem(with: key, "is not used: \(reason)"))
      }
    }
    if upstream.caFile != nil, !upstream.url.isTLS {
      report(["ca_file"], in: "upstream", "upstream.url is not an https URL")
    }
    if upstream.identity == .bearer {
      report(
        ["token_file", "user_header"], in: "upstream.service",
        "upstream.identity is not service")
    }
    if !proxy.isEnabled {
      report(
        ["max_body_size", "sync_writes", "sync_routes"], in: "proxy", "proxy.enabled is false")
    } else if !proxy.syncsWrites {
      report(["sync_routes"], in: "proxy", "proxy.sync_writes is false")
    }
    if admin.address == nil, admin.publishTokenFile != nil {
      report(["publish_token_file"], in: "admin", "admin.listen is \"\"")
    }
    return unused
  }
}
