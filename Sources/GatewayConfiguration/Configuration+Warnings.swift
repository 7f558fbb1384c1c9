import GatewayTypes

extension Configuration {
  /// What works but is hardly meant, in the order of the file: for `check` and the log.
  package var warnings: [ConfigurationProblem] {
    var warnings: [ConfigurationProblem] = []
    if upstream.caFile != nil, !upstream.url.isTLS {
      warnings.append(
        places.problem(
          with: "upstream.ca_file", "is not used: upstream.url is not an https URL"))
    }
    if upstream.identity == .bearer {
      for key in ["token_file", "user_header"].map({ "upstream.service.\($0)" })
      where places[key] != nil {
        warnings.append(
          places.problem(with: key, "is not used: upstream.identity is not service"))
      }
    }
    // A sync carries the message's changes and the note that came of them.
    let (syncSize, overflow) = limits.messageSizeMax.multipliedReportingOverflow(by: 2)
    if overflow || limits.outboundQueueSizeMax < syncSize {
      let queue = "limits.outbound_queue"
      let message = "websocket.max_message_size"
      warnings.append(
        places.problem(
          with: places[queue] == nil ? message : queue,
          "\(queue), \(sizeText(limits.outboundQueueSizeMax)), is less than twice \(message), "
            + "\(sizeText(limits.messageSizeMax)): the sync of one large message can close a "
            + "client that reads fast"))
    }
    return warnings.sorted { $0.place < $1.place }
  }
}
