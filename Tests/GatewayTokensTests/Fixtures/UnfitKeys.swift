// Made for tests, once, and used for nothing else: the private keys were thrown away.

/// Keys that tokens must not be verified with.
enum UnfitKeys {
  /// RSA, 1024 bits.
  static let rsa1024 = """
    -----BEGIN PUBLIC KEY-----
    MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDWL5gHZB8WUSKKj1DZExHTqKoG
    YIcbAQZRGVXJhLjFHjnftdUP8mZtMqQxYwEey5Al5614qTJC+A/fhKjjQLOYrdL+
    FC7Kc4qSkmqtQspnUGAdOl5i1zFFrSrFdfSXlonP/gdMtRXHf5wfR2r+rP5nCC+C
    587vvvQzKiGA2LQSuQIDAQAB
    -----END PUBLIC KEY-----
    """

  /// EC on P-521.
  static let p521 = """
    -----BEGIN PUBLIC KEY-----
    MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBniYGFf4i/B+1ZMBAv+gpvf9VJgVq
    5IkShtVU2HJBkGnMVtu1CEXSuL9ctdrMP7suZyRbGn6TzNARcSUnoRh/8jMA22Rz
    IjPnx2sEG4wL7mwhAkxTBW6OKXgaNuZv/Z7Ikw9D4quTv4zCR5NMVxspvbj/GHty
    nzcTLwZseaFZB5zbTkw=
    -----END PUBLIC KEY-----
    """

  /// EC on the curve of Bitcoin.
  static let secp256k1 = """
    -----BEGIN PUBLIC KEY-----
    MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAElaccdKXPtQ03nAZPuvzxW5SaZWh3i5Y0
    5pKixDXFAk+/GeTEJbpllUDla4wJqfE4Uzr+VTpEUgvPMl68yIxNmg==
    -----END PUBLIC KEY-----
    """

  /// EC on P-256 that is spelled out by its parameters.
  static let explicitCurve = """
    -----BEGIN PUBLIC KEY-----
    MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA
    AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////
    ///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd
    NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5
    RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA
    //////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABIXsVWD9jBxDuWvEkhZSy7Dh
    sWTie9Q0AhpGQQtzHe3D78B7b1K/HI2o/ItFIGFflY9c2YzrF8D8BYaqmjS/FtA=
    -----END PUBLIC KEY-----
    """

  /// Ed448.
  static let ed448 = """
    -----BEGIN PUBLIC KEY-----
    MEMwBQYDK2VxAzoA2Db7WLerHU5jyrERY3lD3XL5tfUAn9mDjEktCptl/v/U5GxX
    F4X6cKHRauRGca/OXhNfDm1F61wA
    -----END PUBLIC KEY-----
    """

  /// RSA, restricted to RSA-PSS by its type.
  static let rsaPSS = """
    -----BEGIN PUBLIC KEY-----
    MIIBIDALBgkqhkiG9w0BAQoDggEPADCCAQoCggEBAI/5qBtv5XzaKhdaPMUVkoSe
    +s21qIH302K380dLFkHnArcmh5SDrC7zA8+wfIwFShF4lLXC6NsUSRMAiba8EhLR
    SFJU8nDaazZG8SfYSATZnlzI/28sa+dMqOYpONzINYwMKyxKKDFUNl/mK+SmzXDp
    HV+4UHMSVXNdMz/FRlUguW+5j1VPTf+Gjd3kTdNcwAoWSmaK+XKwfcnJFTZ8+4oQ
    ECxlIVvKq4bfTlR7STl0ABBml54js1LvhHTBzvy5ZK0+hhJjWs5HRNIbF4/l/Q3P
    oueWQXHeZ3u85jlWzNszEcINQhYiR4F3rCsbqhmRQUDOKOPMm0X4eLo4f6zfiJMC
    AwEAAQ==
    -----END PUBLIC KEY-----
    """

  /// RSA in the older form RSA PUBLIC KEY.
  static let rsaPKCS1 = """
    -----BEGIN RSA PUBLIC KEY-----
    MIIBCgKCAQEA4xqxTzHQxYkdxcnTYSd7MDFQLLkr2QbDYOt8nBAY8aKKlbWsuiCR
    FGUtFFo01xtRe6Xq+rJSC5KCTM32OSkzDroElJ5EYvqH2NAvKDNXyph4KEyavVJy
    ZyiFXtO8/4QGqNMvIQmr4ylPBgdImsY1hP+pVflVIaPvFEn1/zH1KFFvbf63A00M
    E9LAU5uZTgRiOi4yfZItIXZsif7QqGy7A2jx1qMeHpuKGyZFghJhuGCdWF6u2Jd8
    YKNRYZUxtwaFeK7G8Tpl9+SsQpGK79nv1K8540GqtYzeN2C3+h6tN2XRxKiGGdws
    mB4W8CLonlquoaAN1PrCyoAa/yd9OkMW0QIDAQAB
    -----END RSA PUBLIC KEY-----
    """

  /// RSA, 1024 bits, as a JSON Web Key.
  static let rsa1024JWK = """
    {"kty":"RSA","n":"1i-YB2QfFlEiio9Q2RMR06iqBmCHGwEGURlVyYS4xR4537XVD_JmbTKkMWMBHsuQJeeteK\
    kyQvgP34So40CzmK3S_hQuynOKkpJqrULKZ1BgHTpeYtcxRa0qxXX0l5aJz_4HTLUVx3-cH0dq_qz-ZwgvgufO77\
    70MyohgNi0Erk","e":"AQAB"}
    """

  /// 8200 random bits in place of an RSA modulus.
  static let rsa8200JWK = """
    {"kty":"RSA","n":"uD-9r31X9tCFklS7B1Rf8Nzoqbxbb8QDRHsQj4jQPzecFMMyUfdlPzhDFj6wwg9g7Qe-L8\
    J_-M_Blz1J4JcV8FeAwy2OuzFVTJmqWSlK0ZVvdDBM9s2G6iHurYAS9mm1e_G6x9W5thx9euCO-fkLqFySuAdAnH\
    p1rbQQRRKAAQbl6Wdo9w-_UsGVOOG0sxqo5OQNiundKToC5azrzAaMVNWhJUsrNXcPZGVrn4mocZ65jCW5S5IQAf\
    4HaRgbdPtm-KRY3yyv8jQYqI2sF93UPFk4WwQHlUpL2H3Ah4E6ALRwXQVoC40RX4vcO5FzYUxW_Cvg-2aJahuhHW\
    kKQBK4xxhbU_GBBLjVd85emQjZS3cpDWpT8hQpl3vrFdJgmpTBR58a_rXB9CDkMLufZOogPpI9vXjHuMlMjQ73JR\
    nXGQMvqjE9l7K5GkadXEIHw45TRvIHG3dSZr28VgeXUHFsWkZVl3Z3lbmBUw7p333oVJ1WmhKMZ2ueCCX-PUQthn\
    aYN96wInJbMkSRLbDU5q9K8KfpTYSl4NKJYay4xi7WS9eef3aFQGMSdvc97Y319wK38vHZmPLgg1480IT2zmn-yO\
    fsS_e63kRHTtrKYn81Xgw1Vl9fWxGQMa7ksJe8kh0lcVCGy3zowLODVNMhs0m7naxiGtapibfX0F8yOA_ggtuSw4\
    t0gIMvhrA1FA1oKdzqPa02uxrqLhtp8Zdp4ttMKLl0uqe6LysB0QIq8zWWx1YG7_U_oV6ucPDzHXUH-mETgBIgeg\
    9A6tfRusU8zWgvI3CVtXBH1DhSrxMWr8k1dfKVOj5Q575AiUxu7WueFPzyzc7InVM8DLgx_FZZUZlg1BcLyOx6O_\
    fQtmsvaYf1gJSx81O_lf_jBNqGVEfvUSpSTal5qOjEoEZloMZ5hP9w5e1rpWq0pPEDatZq_-RiiPUrYnSsi6HyIz\
    r78Z1LULLY__eFf7sTDF25BOxZecw_dIswTk8h-H4L-XtXGdS0CH8oHE_ttccaoarYXfHTuU-df88Smc-vuhAOUg\
    qtaUrKCgNkovRncuW8YI6I-MJQweYwynxHOaF_wI8kiErYTdKFsX159lorLT-wO74mJ618W1iBnVpL5GbUbkJH4s\
    9I8hmRZ6mqSrrAK8DuzUNFhG5__ZAhzINTvx8IdunPuov3_Eut5mD6IE0ggNr2dnD8W8CzUg5sujgwwFD9t2KQ_K\
    4BAdaWs_FbFtq5NHXJgcX3Sz39dz9Q0_Oud9DYT4F8rm2YzEGrD2VpeG3xkI7q4-Iv9A7hCbWNJFNU-PFguaqfZV\
    SHsOtYrnE1_O3SGWun3KNDn7W8fdBwgExvDf6x30TI_d3USkg0NjnwlnJuZfbTE0E","e":"AQAB"}
    """

  /// the modulus of `TestKeys.rsa` less 1.
  static let rsaEvenModulusJWK = """
    {"kty":"RSA","n":"4xqxTzHQxYkdxcnTYSd7MDFQLLkr2QbDYOt8nBAY8aKKlbWsuiCRFGUtFFo01xtRe6Xq-r\
    JSC5KCTM32OSkzDroElJ5EYvqH2NAvKDNXyph4KEyavVJyZyiFXtO8_4QGqNMvIQmr4ylPBgdImsY1hP-pVflVIa\
    PvFEn1_zH1KFFvbf63A00ME9LAU5uZTgRiOi4yfZItIXZsif7QqGy7A2jx1qMeHpuKGyZFghJhuGCdWF6u2Jd8YK\
    NRYZUxtwaFeK7G8Tpl9-SsQpGK79nv1K8540GqtYzeN2C3-h6tN2XRxKiGGdwsmB4W8CLonlquoaAN1PrCyoAa_y\
    d9OkMW0A","e":"AQAB"}
    """

  /// `TestKeys.rsaJWK` up to its exponent.
  static let rsaModulusJWKPrefix = """
    {"kty":"RSA","n":"4xqxTzHQxYkdxcnTYSd7MDFQLLkr2QbDYOt8nBAY8aKKlbWsuiCRFGUtFFo01xtRe6Xq-r\
    JSC5KCTM32OSkzDroElJ5EYvqH2NAvKDNXyph4KEyavVJyZyiFXtO8_4QGqNMvIQmr4ylPBgdImsY1hP-pVflVIa\
    PvFEn1_zH1KFFvbf63A00ME9LAU5uZTgRiOi4yfZItIXZsif7QqGy7A2jx1qMeHpuKGyZFghJhuGCdWF6u2Jd8YK\
    NRYZUxtwaFeK7G8Tpl9-SsQpGK79nv1K8540GqtYzeN2C3-h6tN2XRxKiGGdwsmB4W8CLonlquoaAN1PrCyoAa_y\
    d9OkMW0Q","e":"
    """

  /// `TestKeys.p256` with the last bit of y turned over.
  static let p256OffCurveJWK = """
    {"kty":"EC","crv":"P-256","x":"4sMNnCbBzKBdVFaSvK0z-UXwHtdGNjpZWh4RYLmwhE0","y":"0dSYe3B\
    7qZ7_xZukiMhS4-ctJumFaHw9TXqCnunAdi8"}
    """

  /// a coordinate of 31 bytes.
  static let p256ShortCoordinateJWK = """
    {"kty":"EC","crv":"P-256","x":"4sMNnCbBzKBdVFaSvK0z-UXwHtdGNjpZWh4RYLmwhA","y":"0dSYe3B7\
    qZ7_xZukiMhS4-ctJumFaHw9TXqCnunAdi4"}
    """

  /// `TestKeys.p256` said to be on P-384.
  static let p256WrongCurveJWK = """
    {"kty":"EC","crv":"P-384","x":"4sMNnCbBzKBdVFaSvK0z-UXwHtdGNjpZWh4RYLmwhE0","y":"0dSYe3B\
    7qZ7_xZukiMhS4-ctJumFaHw9TXqCnunAdi4"}
    """

  /// 31 bytes.
  static let ed25519ShortJWK = """
    {"kty":"OKP","crv":"Ed25519","x":"a4xP021qgTvzAQQoe3_IpkHUpyTDnQ5LZXRHx_X95A"}
    """
}
