// Made for tests, once, and used for nothing else: the private keys were thrown away.

/// Public keys in PEM that are fit for use.
enum TestKeys {
  /// RSA, 2048 bits.
  static let rsa = """
    -----BEGIN PUBLIC KEY-----
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA4xqxTzHQxYkdxcnTYSd7
    MDFQLLkr2QbDYOt8nBAY8aKKlbWsuiCRFGUtFFo01xtRe6Xq+rJSC5KCTM32OSkz
    DroElJ5EYvqH2NAvKDNXyph4KEyavVJyZyiFXtO8/4QGqNMvIQmr4ylPBgdImsY1
    hP+pVflVIaPvFEn1/zH1KFFvbf63A00ME9LAU5uZTgRiOi4yfZItIXZsif7QqGy7
    A2jx1qMeHpuKGyZFghJhuGCdWF6u2Jd8YKNRYZUxtwaFeK7G8Tpl9+SsQpGK79nv
    1K8540GqtYzeN2C3+h6tN2XRxKiGGdwsmB4W8CLonlquoaAN1PrCyoAa/yd9OkMW
    0QIDAQAB
    -----END PUBLIC KEY-----
    """

  /// EC on P-256.
  static let p256 = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE4sMNnCbBzKBdVFaSvK0z+UXwHtdG
    NjpZWh4RYLmwhE3R1Jh7cHupnv/Fm6SIyFLj5y0m6YVofD1NeoKe6cB2Lg==
    -----END PUBLIC KEY-----
    """

  /// EC on P-384.
  static let p384 = """
    -----BEGIN PUBLIC KEY-----
    MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEQD7yTJsyTqIVH9VV5vkT/prrXigIWcRT
    tWtDdl5CkEpfTtxWO2d0Zxt7vgyJXaUdqCv8UBZCpC5qQYPuqeyGJJbapbv1XDzK
    7WmjcUh1gZzAAXznkJ59OmKTPSVqlRnh
    -----END PUBLIC KEY-----
    """

  /// Ed25519.
  static let ed25519 = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEAa4xP021qgTvzAQQoe3/IpkHUpyTDnQ5LZXRHx/X95Ow=
    -----END PUBLIC KEY-----
    """

  /// RSA, 2048 bits, exponent 3.
  static let rsaExponent3 = """
    -----BEGIN PUBLIC KEY-----
    MIIBIDANBgkqhkiG9w0BAQEFAAOCAQ0AMIIBCAKCAQEA0S8m0JlEc/t2mY979ofr
    MoD2lfRxq21xUD+iLClcNjF/7z15/pJlq6Bm3wTrvpuPQHkzMMlEnHshDDf48Qte
    eu/5CxrMHQsJ452yHt+WpB2WMVVTjX8NBKrMdSGHdWebg1DEorSzPjOKXC3Wsp92
    ss1Wi2aNkQIm983gS9vBV3/WUwhMT8M4b6OYHmNwJ34E5DCZETQH761+4wFqWXLP
    Bd3YU1GLgvlTq84IP7lqCMSbryzO9tgb69Dx0pnlQ6d17q4dDgtsKpacsHBoE+0O
    l0juLTV3sCLmOmnVqA3JHCNxKsu+WUa5X5wt+22nIETl3UNWpiWjk762oybzv/L6
    PwIBAw==
    -----END PUBLIC KEY-----
    """

  /// `rsa` in a certificate that ran out in 2021.
  static let rsaCertificate = """
    -----BEGIN CERTIFICATE-----
    MIICqzCCAZOgAwIBAgIBATANBgkqhkiG9w0BAQsFADAZMRcwFQYDVQQDDA5tYWRl
    IGZvciB0ZXN0czAeFw0yMDAxMDEwMDAwMDBaFw0yMTAxMDEwMDAwMDBaMBkxFzAV
    BgNVBAMMDm1hZGUgZm9yIHRlc3RzMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIB
    CgKCAQEA4xqxTzHQxYkdxcnTYSd7MDFQLLkr2QbDYOt8nBAY8aKKlbWsuiCRFGUt
    FFo01xtRe6Xq+rJSC5KCTM32OSkzDroElJ5EYvqH2NAvKDNXyph4KEyavVJyZyiF
    XtO8/4QGqNMvIQmr4ylPBgdImsY1hP+pVflVIaPvFEn1/zH1KFFvbf63A00ME9LA
    U5uZTgRiOi4yfZItIXZsif7QqGy7A2jx1qMeHpuKGyZFghJhuGCdWF6u2Jd8YKNR
    YZUxtwaFeK7G8Tpl9+SsQpGK79nv1K8540GqtYzeN2C3+h6tN2XRxKiGGdwsmB4W
    8CLonlquoaAN1PrCyoAa/yd9OkMW0QIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQCn
    AD6Z+rOa1pSgfYhzgsGsAVsZbPoavVuidY0J3F+NjXUPvF2P1dVhlhW9jYnbA6wc
    0KRss9Kw11CwjrYkudOrghXonp/fXydoyIfo2CZ2Gc8mAyCoA+n08N6p0FWu/I8s
    pLtEN8DKRPo+IeyzjtTCYfQccKa5rAgMqaSBu+fANLN/vEPO4NCPoS7Sn0+Hb1Ip
    dBa34wEZOgI+ixdmG9YMUfGXNd7/zyDnKXOeBhwy7v+jM2PyS77LxbMdB+vVj1El
    yHupR9UbGUzC9U4UOrZh7cqkiMmSG71ePiYFtMHWutwUuWP0bwjmlcZfD2OS08Os
    bjnkUtDWN/SMhmNBo9yz
    -----END CERTIFICATE-----
    """

  /// `p256` in a certificate.
  static let p256Certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBHzCBxaADAgECAgEBMAoGCCqGSM49BAMCMBkxFzAVBgNVBAMMDm1hZGUgZm9y
    IHRlc3RzMB4XDTIwMDEwMTAwMDAwMFoXDTIxMDEwMTAwMDAwMFowGTEXMBUGA1UE
    AwwObWFkZSBmb3IgdGVzdHMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATiww2c
    JsHMoF1UVpK8rTP5RfAe10Y2OllaHhFgubCETdHUmHtwe6me/8WbpIjIUuPnLSbp
    hWh8PU16gp7pwHYuMAoGCCqGSM49BAMCA0kAMEYCIQDtpR2Z1UDkxcHuKKPlXwrO
    kk8MM4V1Xdm48ifuC4UjAQIhAIj0unMDo9U3DCIey+ptxG+aSMWvMNFX1tWH5pvD
    Pugp
    -----END CERTIFICATE-----
    """

  /// `rsa` as a JSON Web Key.
  static let rsaJWK = """
    {"kty":"RSA","n":"4xqxTzHQxYkdxcnTYSd7MDFQLLkr2QbDYOt8nBAY8aKKlbWsuiCRFGUtFFo01xtRe6Xq-r\
    JSC5KCTM32OSkzDroElJ5EYvqH2NAvKDNXyph4KEyavVJyZyiFXtO8_4QGqNMvIQmr4ylPBgdImsY1hP-pVflVIa\
    PvFEn1_zH1KFFvbf63A00ME9LAU5uZTgRiOi4yfZItIXZsif7QqGy7A2jx1qMeHpuKGyZFghJhuGCdWF6u2Jd8YK\
    NRYZUxtwaFeK7G8Tpl9-SsQpGK79nv1K8540GqtYzeN2C3-h6tN2XRxKiGGdwsmB4W8CLonlquoaAN1PrCyoAa_y\
    d9OkMW0Q","e":"AQAB"}
    """

  /// `p256` as a JSON Web Key.
  static let p256JWK = """
    {"kty":"EC","crv":"P-256","x":"4sMNnCbBzKBdVFaSvK0z-UXwHtdGNjpZWh4RYLmwhE0","y":"0dSYe3B\
    7qZ7_xZukiMhS4-ctJumFaHw9TXqCnunAdi4"}
    """

  /// `p384` as a JSON Web Key.
  static let p384JWK = """
    {"kty":"EC","crv":"P-384","x":"QD7yTJsyTqIVH9VV5vkT_prrXigIWcRTtWtDdl5CkEpfTtxWO2d0Zxt7v\
    gyJXaUd","y":"qCv8UBZCpC5qQYPuqeyGJJbapbv1XDzK7WmjcUh1gZzAAXznkJ59OmKTPSVqlRnh"}
    """

  /// `ed25519` as a JSON Web Key.
  static let ed25519JWK = """
    {"kty":"OKP","crv":"Ed25519","x":"a4xP021qgTvzAQQoe3_IpkHUpyTDnQ5LZXRHx_X95Ow"}
    """
}
