// Made for tests, once, and used for nothing else: the private keys were thrown away.

/// Tokens like those in `TestTokens` whose signatures must not be accepted.
enum ForgedTokens {
  /// RS256 by a key that is not configured.
  static let rs256ByOtherKey = """
    eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.PHi_bwWYEt59a1-nvSGzmy\
    d30pgkLkI8-dN8aXYefi5UWxZ9VvN6GA-kH-bF4Z5VFKmr_SD6gOLmcpOlT21hYXlzS8FWGG-j6mpB_xqtZfrPzM\
    bBZsJj4ef_4P2ehBbce-WQaVhs8Nw_vGUuLrdbRVf5BrHHI1KdrTFnHdd_p1uMO-XJDTKrs2JdEIjxz3rVGgz-Qq\
    Kk34DR1yn37dAnUsOgUILjC2UYELnlFCy2P8q6dwY75v7JQG4IvnQ9Are00ztKvZokoHH-mMlHd3fic6ImMERyLc\
    AeH7RY9OFR5ygmV_igZSZkvgJIIUDe-ksNaDKFSuQFFzEHDw_1VBhaOA
    """

  /// RS256 whose signature is over SHA-1.
  static let rs256HashedWithSHA1 = """
    eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.sUDoJS-LUhr68nM0mp9TTO\
    8WhEu1kButVpRVsBnBqSnj2mAqOlfQ7zPiHLX9vVHmgMOrcm0FQp0-jY8i5n7H5Rr5fPEQCAs6B45NKc7IHYD0cO\
    ZSRpzYLwq-Pnuy0t_g41_VcSs2phK52H5Ye6ks6Vs0FiHJcFPdjUTJlRX3uDzold-SSSpjN-FxvYKaR5oLIATokc\
    k7eTIEKEHL9VcN1aMvcSbFmRpxdPbS4IkzM9dn76_rMutnftfSo_rfQcxNFqcYbuqcEoQeqDRrtWXIcfEmGCLPFP\
    5s4v19DkvAEV2kBdmlbtVxkELkqLqlcY_rj_aTnCL5zSizDbBMA8FNMA
    """

  /// RS256 whose signature is RSA-PSS.
  static let rs256PaddedAsPSS = """
    eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.0mou2SjlhnVguMOduUBLes\
    hQdYGUWhsXfdaHUg-yuajHZmXkq3izTRG5veKq--_Y9z9txekMQmDwPVsDA-0DJiXqXfOiRynxVd5p2UkFRlJIgS\
    DdlyzH5CMF6EnI0ft_qgwqNcvX8rgSnBQDBOupLRgW--oyy0MiThqCnwHRckEKsWSn9Rx29_PgsDOiGa0L1ysbNI\
    JUdcdxf6cgPQnWgq-vOB5Gcroi4uyZKHUraEjeXZumBgh5N-DpJ30KuKQ9TzEb7Ooby_8Cj-xQmSMJTBs8DHe5IG\
    7MUJ0hwI0jOPGC-gbS9c_1yQ8eCb2jQ0LMRT6g7ucdZqSPxWA-nvY7JQ
    """

  /// PS256 whose signature is PKCS #1 v1.5.
  static let ps256PaddedAsPKCS1 = """
    eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.snVMNiIZcNbLS29UebVzuC\
    dH0V_SrQLLGZfGW9qYumANoa10cXqB9daHNUIL7MA_Ro4BEVhRChF851loTi7LIm5_CTYHYLiY8s6p9PwoJD0tHU\
    gaibpESoM2Z5id0zhSBZ_qcLK7x6jfPWLvbBNLmS-tWhjgWfLZ0sAj7CVxc-7ATg05GISiJidXmoN5a2BUva8V2-\
    i39EbmzqdHAep-LX4WeY9ccfJ76qNRYaQl9mvYuQ-Yffn18u8m_MsY5F51kpginPfTT3tj9_ZI9GrOwXsBRenxDH\
    DKtorK6LlOK5Ps7DLETTGrzMG95zxAIVoj6dbBnCwKBSgkHzvEc49wQw
    """

  /// PS256 without a salt.
  static let ps256WithoutSalt = """
    eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.4b1cm9WWVoPPoflyJpDg4c\
    yTtvOfvr43NkRTLyqxL1BBsnRUOoOmHKigvkqHZO0JhrWPEYyKbcJmC_YdWhVOYyB7ohY8sMlOGqfPIXdh4xfJrk\
    0MeVOPLLaOO9VhYEPDAom8w_rlrcFj4RrPys5oIuPS6lpASx-yKyP43YeBZBwKr0E49pTmSujvQqLBkFHeHnrqxZ\
    Z0dJBkpVffacsUNIZiAdtSujjcMNCox-rWeTGesOqxoRpcgyx-gcKev-nEcRxzSs7GlOGf0SPg9CfWedJKYsQXIM\
    bPrhI7x9BePhI7UppBnml_a74Os47_GSd0U9X6nho0PG2UV2mmmHDMgw
    """

  /// PS256 with the longest salt that fits.
  static let ps256WithLongSalt = """
    eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.y8SfI8qx3WrIPW7NB1fynH\
    7cVxL6qEgw-Gss66CiUeVtaqpWIZD-8u2sDQnNhrMX3hr2MG-k7EWN6JXbvY_54iGgfXy_TOSAor4-KPj5chVBHS\
    JeHoFflKkSSnMfOZgZJduM3ht3e-D6CjNlVuituYTSIEKaYb0LCCJGSgDKFjsthX34qmKv4L3Z09TpV_n1JR_0Dh\
    R7TLbe1MMk97W7WUMn7h8IXgm0umLcaVcYVVXEmEseq23-zOhF1dcpeu2w3vbR7Q5GIKAXxVq1wcPFjuHL1EwdKi\
    xW6w-FdZwq9vAr5UojBL14nt3Stt531rjKdPovN8B8kBbkpCbH8lUqOg
    """

  /// PS256 with MGF1 of SHA-1.
  static let ps256WithOtherMask = """
    eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.vP3e8KmfsIgn_7ltoyBXh_\
    SgCXLMzEwWi99xsB3r3RV5yKGqcPDYFLaIVI-7SWVu6wrKPlNWl_nS_JnAeUQFiQLjsqvaMvfmpkSHGCKFpqcCaf\
    b4h65y46CCD5CPUAFaPjRnUhNnfeS3c6sTNLlojyAg1j0TwSU_PG55ItdmrJZeTrR6bk2vRhYrfkUbJ6Y3atxobu\
    fllVMv4wX58akOhe9pdrHPskZYNBTRx0l-42Dz9Qaojh8EdsDYBetVXm57lKBdVZPE1y4Ar4ZIl1CFfsuSwOxqK6\
    2BrWZSjpsSyZXZuD5FVOp05c10K3rEAkHW0SJaKADxgNrT9Gi9cghRwQ
    """

  /// PS256 over SHA-512.
  static let ps256WithOtherHash = """
    eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.KQd1YWDXvDOYWN799QHZye\
    XPAA9li7ZIxkUNsAh86TtsMmAXDsphrpT80-dQAEP9mdrgj8ajJ_TngLB-UKartOTS5ukMFqDR6pd51q0dA3mqfD\
    OFNIoAKoeD4Jb4rAg7JLiOFt3DY3Z7IJg41PrZq8ZqKzTOfnM-Zg-qPGbDjL8svVdK0Cexg9CG1L7JBWkTCP4yUL\
    5-LEPtYOKugcN9DdRcP0yHyFluz34S6LlbnHzmQSBJFsBk5LyQewbeDdvhR18v3QURqdASf0ibVJnxEbJ1AC4rv4\
    cH7kM_molGaHi9Nmor1ZgkGm1SQEYe4HQPlzXfIG58tp5_tGvOIeKE3A
    """

  /// PS256, right but for the leading zero that was left out.
  static let ps256WithoutLeadingZero = """
    eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.AEGm4Gf0EUHwMFUOYEfVav\
    tA79MaDsd6lQw_bM5-R99sbhmdo64K1swxPuAnDKeT-DmfSxe3zs_hDmtCP88Ce4HDLIHjNnrhUoc-RD9I_SQ6t5\
    2NbuOrURBKdwYYj9pZuqr8UytNrozOd661MAhqItjvbX29TbMm_co9lRQ1Kh4yubdAvmE4JuexQzOCq5X9HUH2sC\
    Pvju-fk-LGqu4ZmW0B5jfpQPpoiTaRRVCnRcK-Xl4VEx-1UkEKl5I4J6pVaZ2KlMOGhnhhqQjYWBHCKqWuwfz3fi\
    WxFo7PYj8xvQSi6jF2JJ8jrI2q0l6JW7xFSgw6RPOiWjirJRZ7eqRO
    """

  /// ES256 by a key that is not configured.
  static let es256ByOtherKey = """
    eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.Fd13GPESUQBvdz9Nzu4Tku\
    KchEOH2GJHZANWyPyP3wEjvHlcJ7YsdIeiFlabrARcRyIuIgc5SyUssTE2QYV1Lw
    """

  /// ES256 with the signature in DER.
  static let es256AsDER = """
    eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.MEYCIQDXHorPgBCDkqljmI\
    pZSHH8UIpbb8xol6fguZ2CIbM22AIhAIAI-T2JAu0Zxm2IfS-XOaC6VirtLyRmsXWcZmihyVJb
    """

  /// ES256 by the P-384 key.
  static let es256OnP384 = """
    eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.sMlMQJcYJ9yhKuabfBhkc_\
    z1DD6krBldcHZx0avxZwomJvPw2ekpm04QOte8k1cDK6zTU5vjKPB9yaF0vn5N7Nnmn-2e37TLps_ntm3YaBwE7J\
    bajlr3h4TJQQCY0moo
    """

  /// ES384 by the P-256 key.
  static let es384OnP256 = """
    eyJhbGciOiJFUzM4NCJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.aKJU76KDqDAJ0Ha8oejuaU\
    toLQ8YQG8ntjhnSeT48mfd-jT1kTgIvVlTam3rmsuYIg1EF7IiaRSecBj8kscBRQ
    """

  /// ES256 over SHA-512.
  static let es256OverSHA512 = """
    eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.FfIdYJGhXsk-n3zieS1wqx\
    0FhgtxGL3o_VXaq91wlmCMeYuZrc4QFcTXnM23Q52geXg9i3uZfr82S0-2SD0f7A
    """

  /// RS256 by a key that it brings along in `jwk`.
  static let rs256WithOwnKey = """
    eyJhbGciOiJSUzI1NiIsImp3ayI6eyJrdHkiOiJSU0EiLCJuIjoicHp0eEMzQnZCb29YVHhWSHhRR0ZYQ2VPYWpQ\
    Z3Bnb0pIVFhJQnV3dTk5U2xXOGhpM3pHX1Q1ampjZ25FbUhLUFR6a1lVa1dQQngxeEpjNEJOdU9YRFpMMEh6U2Jj\
    NjdRUTREYzN2QW91Z01GSGVGZ3p4WXpHSXQwOFFSQkpnOVdzUjFZZlVIM1F4bldGOEdZdVVBdm50VmtBZXR4eWZY\
    Zk9MNmJUa1I2NFNHaHR6U1JINXBFSHpHQUwtSnljMElrTl9LdkpkNDZ3TWVDMWtlUWkwYTF2Yy0zMnF6ejhtYWJk\
    WmlHb3MwSDJ2ZkQxYm9TaWRZX1F1MnVDbXZBLWw3SmNNZDExUTlkUWFudDBFVTEtdTdPeW1VZFpTMHduTTZZMmM2\
    TFdGM2ZNVmZpRUlDUDNEZlNWNjlqRk5Icmo0dnZxZXplVDRJejlCTHRPRkZacFNKNW53IiwiZSI6IkFRQUIifSwi\
    amt1IjoiaHR0cHM6Ly9ldmlsLmV4YW1wbGUvandrcy5qc29uIiwieDV1IjoiaHR0cHM6Ly9ldmlsLmV4YW1wbGUv\
    Y2VydC5wZW0ifQ.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjE4MDAwMDAwMDB9.G8lgaWsTrKe1_QxNyT_XnbhWVnjv\
    eyEUSGmCJTKnB6qvQ_VtTMdA1GcWc_oCY7n82Aw82eFVsD4b-9fgrQDL8ajIlPAXRTRrlkIWfizFFQHRB_8bqaqU\
    _IzWpoDqu6ztzEaDlYppyZ5sjn9D7gdEqxHJgProhRE4EqiTgsXm-kO-NT0qZlbyn8O4oxaPmoJRpM_mtvqdNaBK\
    rD6R4RVRXUn3759nkzKgJ-4eNk76V5we0Pt_pe4AB-9XMU7evD9oBEoTZZHmnMdzd8OVubclbZD_z8Q2RBrRbBrB\
    fAvMIfMDCMZQfHDgHCsNHjDP4Zr3BE8Mzrl23b_umw2ZjHorwQ
    """

  /// expired in 1970, by a key that is not configured.
  static let rs256ExpiredByOtherKey = """
    eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJleHAiOjF9.B9oxwOBfApzkKXKrv_Xb53MGouOhQUmLQ0\
    Fko9i0sbtFgfnVZZEA3C4Pf59hnj9KUlWAIUeH4tTmyJRVkdhCU08P8U2YuaDwj-H1U4II3sXOn7AgrS0AbwUs9U\
    gLNl3Y9pPAmh8PqHOGC6NfbbdkgK1SYEREyHx6gNBjjGXQqp485EDZfVW1w_EuccRKTuN8Bt_cactmzBKbNsvyqb\
    emodIHoMcicFTr1O_35ZubnGodpiH8PBoFQmR86lNtXc2VHCGxmib05TIqT_89rC12TRxf3QbQ1drh57g3hevYOK\
    H5A34iC4NqvYoJ1iXzrVP75LIm09g-V_uitIRE3uPsUA
    """
}
