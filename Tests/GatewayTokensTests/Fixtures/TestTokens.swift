// Made for tests, once, and used for nothing else: the private keys were thrown away.

/// Tokens of user_1 that are good until 1800000000, each by the key in `TestKeys` of its algorithm.
enum TestTokens {
  /// RS256.
  static let rs256 = """
    eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.dVrDaDgkyQTKG8ytwSeOO6\
    CEUuVdXj20yuJeNVIBXjiF8PkvGNsKvvPCj9oOFYYfhv-Q_qrD1HOLhbZYJZZsmloTRiKIDavlY0vl2C9P8Xp4jl\
    VojWAQl2YILgWpkEwsUmnOinECzEcF-3EAfDp9x_P782GjRRTTYtoku9tKUD7wgBC27HTYkadegvB7i7ZGgPwkiF\
    OnWK80CSxAisa9Y9Na8b9JjI1nGkXnE6p6PGlrnf5z8lRezFpipWUFOzTP9beQOwBeUBe3lL_nC-6M9dswgfO_Tp\
    ripEGiGD2hg0tAMOP16xi9lTDDdZKZaQ_NJ3Gej4EFKQ4Ywq8p4ngv4w
    """

  /// RS384.
  static let rs384 = """
    eyJhbGciOiJSUzM4NCJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.QqHMxKcCKi1kF9jKHwxd2N\
    2ud0KWPPgDEIfl12BnphTvCSzosEGEdBDavPKhbQ2hk6VJygyIPdTLDdsYvwbdXtay-X6RpSkSwtgKdBK7HBsuZ-\
    Mm7izgyFoOpSC2lO_hAvq5_XjR61-0eXhjWGkky1RUr82nF0MEtMPBF-_dsb7it6kSBEGHEzyTmMre1fWltr16Rj\
    2q69bfVpWx7MVHm9h4EfONoFDW5JzYYkalevbcFrg7IYc0t5BepbboLDTHyMe3Y4fvYdMKl3MK6BXZlDmw-tl34I\
    26Pi7c1jIp8PFafHgs_90W8S8xona1zUf9KHZxudCzfQCjam1AE0d7Kw
    """

  /// RS512.
  static let rs512 = """
    eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.Ri2zDbWwSc2ncirx0EJwEn\
    k-UxiRPeAjbtTc1KueEDVknDCEzdbjILszTh0mxM_hfvgB7TJVHvDc8fhw_ScBSfEALAwzBdMtvl5YZLTq9jRtks\
    8JOJxdSf30Fk4qpdSV6pOdlKiYcGU3ZFPdLRn0yzM0AhOWzK-Ex6jxuFpQDrIIRP7DuyH3ApNdmapzqbWs5NHZPc\
    Dr5UtVwETx57Qavkf2o87QMAwbxwGClbemm_zxNxEBKMstEMF6DQSs089wPJm01GkI_1Jz6ZgtYsnsJCrrxTeajq\
    4zMRccdZKKgC0GDlbYTfUO62VCjNB8tuKNCutv-FEt4rKCu4sZEGML9g
    """

  /// PS256.
  static let ps256 = """
    eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.UlNSEBBjhYGo8m2vFi8Voj\
    0Ox15Xxv0qmnQ8UnPrs-9WFCacDFetQ1TpkqyxZZukztyQmqGQqh-aBh-KxZS62nKRn12e6TJ-NF_2bWju0YO3rx\
    U45q_dCGIWNXw2Ny0Dh4ORnlmfFgltemZfuBRc0xfvsAf-VxD_l3kJMXUk5ZrUgt5RHzPTVDuX9UXisPL4R91cjC\
    skNjUnMQuPExYR2M85NjMZEYAC5SDC9s496LIgs0qdTaz74Ro6W7kziSp_L0609GQPL9ZBZbrAJ6Fu4JDAF_rbBv\
    Dqi5wO0ewad1V_HzwRg3rkcJYfB5sjKVCusLQi43AziDIhhEIwS0HH6w
    """

  /// PS384.
  static let ps384 = """
    eyJhbGciOiJQUzM4NCJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.huo20Jrd3i054z-OKuM62h\
    xMUgu_OOJ8TWaHo2KEEhZ1-F49wGZyzVkOiXIy5ZbknksFby0i2D0x38JxVCs4-L0-e4EsgDNjMIVBSfWDYeblhR\
    ZDJMbrBplDJ-7y3RPU-f_xxG6-wJqitn0WQ2aRMw_2slhNc2bUzbaN28Yv350yqSKesYfecnETwAz0jqTL0AxrYk\
    iTt0Q6F4nqUQsy3xANtXcXbK5bJhpXQu7D_j4qIYUkC1mwFrYOW0rgpfh1-wAVkYWv-tpqd6WXXPYlB5L66mE7_f\
    42fIxsPyv1Xq2d0S_6P7Ce4FXfEqhSVDM24KNVlPfvQzHRBocNucL1bA
    """

  /// PS512.
  static let ps512 = """
    eyJhbGciOiJQUzUxMiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.LSr2QZDVVnvXUxmjvADwAb\
    QybJQ0gcTMLtwGNkhE7PQ4Bxd0vlgydzw-yGeNVDCuF8Mkn83K-4FQTOnVMEYnTnbrgTt4ATacLE2qKC5YendpdS\
    1HKFzpOpUNvkm1YTaLhLOz4MErFjqcPLPgdVjer6yjMVlM-EnQAOTEwePffdelVTiqhK79Vg16Sy0wrCFG3tmDuw\
    1qAX5vltHqh1BjosC9Gu6lhsaKvHKa83yVziTykmTDXRA2vdpwH4F0byQrtgoQP30Otg44v6PR5j5v6qq1pUmxzx\
    4P2CmqRTgxxO8w6Hot3aheflgJMVUAFe4rIiJjZUyKFmcWe0G1sNFREA
    """

  /// ES256.
  static let es256 = """
    eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.E92slfZwQrQyhCBlUg4WCk\
    JHcrkSGZsP9NAxAeORmLMzVK--ITsv77QSoKcOPFcRZXySK_3nSq-ybL6pWpPztw
    """

  /// ES384.
  static let es384 = """
    eyJhbGciOiJFUzM4NCJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.hyhiwDmrZ7UVpW4HotePd7\
    10Qaw7Tjqbx4TNHmUaMSes7w0PRoA9JId9ChwvpSsDG1WErLLvR3UtWJ5flgdi-WIIYkMEPCznuOCCMNCwbCVaRk\
    yU_6QDP5KlADKE8agE
    """

  /// EdDSA.
  static let edDSA = """
    eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.y-VwuTMFdkAFo319xRGRIC\
    a15S84gRDYdDEv1xkc_u-ioi5Iv4FTK-35JUiiMckCSBwku-e5omehFRl6rqNjDg
    """

  /// RS256 by `rsa`, which it calls signing-1.
  static let rs256Named = """
    eyJhbGciOiJSUzI1NiIsImtpZCI6InNpZ25pbmctMSJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB\
    9.Hdx9YH2wx7M1WSpgMQWH1kG4R4vPGfo7KiUPhhSxwhxbV43JKDNqYiex5PBBtwuCrET_XHBzoYF6eVWNVqfk0g\
    OeawqcDVcgsEhZwzibLhETf7Vb5VMixg8bwQG-QZ7yPeSgivwoktu1e_V2h5mg73fmtLfnjKsp4xdeN596VctDnM\
    hJmJlrEqGjzt3vs3qfBH0jKHVVQIGMJCJdntJ3hAJPqM0XdIXo5gXg4YDIuPvSwgFCW2mFx1oCKVyW_gUbuRw8p-\
    jVG9RT8EDF82Xo-ZBVXqtbW-Femuq7h3NhHWyvd-a9yw1MgNFEJUm5fXc6AlrOx5zm3frJV_5TvGc3QQ
    """

  /// ES256 by `p256`, which it calls signing-1.
  static let es256Named = """
    eyJhbGciOiJFUzI1NiIsImtpZCI6InNpZ25pbmctMSJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB\
    9.07YotunGCbabFU5lR-at9dLZ42x7_NsvjvRqMzQsp9eZQfiv17q2MRqOYmI7L3O_xjp6bLqq7Zq9ao1Ul1l5LQ
    """
}
