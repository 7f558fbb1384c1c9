/// Certificates with dates of their own. Nobody has their keys.
package enum TestChain {
  /// Good from 2030-01-01 to 2030-07-01, signed by `between`.
  package static let leaf = """
    -----BEGIN CERTIFICATE-----
    MIIBITCBx6ADAgECAgEBMAoGCCqGSM49BAMCMBIxEDAOBgNVBAMMB2JldHdlZW4w
    HhcNMzAwMTAxMDAwMDAwWhcNMzAwNzAxMDAwMDAwWjAQMQ4wDAYDVQQDDAVub3Rl
    czBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABATEwCAJv1vLGPNMC/kCnoxsojnP
    Qnpn00sa+xU89OeevZF7ugSZN4Qec7uQbTxUFSrnsQQkKnR6DkOoRSYeTaejEDAO
    MAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0EAwIDSQAwRgIhAIJQSuKRlg5Yyv08QUaa
    QfZnQLSfm4nBfuu2ZYAFAoAOAiEAklDIBh9QF4Q1n9h8FWl5sqy7EBFjhdx72YGw
    ync0hxs=
    -----END CERTIFICATE-----

    """

  /// Good from 2020 to 2040, signed by `root`.
  package static let between = """
    -----BEGIN CERTIFICATE-----
    MIIBIzCByaADAgECAgEBMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBHJvb3QwHhcN
    MjAwMTAxMDAwMDAwWhcNNDAwMTAxMDAwMDAwWjASMRAwDgYDVQQDDAdiZXR3ZWVu
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElMWaq+wf+c20qo7eI2sgW3eZarRk
    ZvhdyUB9zkV7LoC8ojNKTngvc8zCgqWt707D7nm42pYfdHcXYSXE8gyirKMTMBEw
    DwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA95Aq33gz2yAW+vrC
    b1Re8xuT7aVyfMh33jBwlzqHkokCIQC4ANipTpmz0k1ipEKjFWxpCSbnLG5orzAE
    Qm8uR7LlQg==
    -----END CERTIFICATE-----

    """

  /// Good from 2020 to 2040, signed by itself.
  package static let root = """
    -----BEGIN CERTIFICATE-----
    MIIBHzCBxqADAgECAgEBMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBHJvb3QwHhcN
    MjAwMTAxMDAwMDAwWhcNNDAwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDARyb290MFkw
    EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbHXN17rntyvIrLODE2pr0c+F1y4goTcS
    jbWcDqbMacqHDO+rLjqzvBh2RBDxbqZ5TJLNrOZSAjAilYn++x/lOaMTMBEwDwYD
    VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA7r2MthxLyrPynq+jaXGB
    eXj0aZPLIBiatWi6LlDVM20CIHrq+dFnPJxinvBfouQrxFv01gTqm/T4knORRpOB
    QRXG
    -----END CERTIFICATE-----

    """
}
