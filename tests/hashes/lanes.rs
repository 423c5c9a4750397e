//! PBKDF2 in lanes beside the `pbkdf2` crate, at every level of this processor, and official vectors.
//!
//! The level is an argument: a switch of the process would be one for the tests beside it as well.
use super::{attempt, site, vectors};
use drawbridge::hash::{
    attempt::Attempt,
    lanes::{
        self, Lane,
        pbkdf2::{Input, Prf, run_on},
        processor::{Processor, Vectors, within},
    },
    scheme::{Identified, Stored, Verdict},
    schemes::Schemes,
};
use proptest::prelude::*;

/// Of a vector that is verified in a lane as well.
const MOST_ROUNDS: u64 = 5_000;

/// What this processor has, and everything below.
pub(super) fn levels() -> Vec<Processor> {
    let all = [Vectors::Portable, Vectors::Avx2, Vectors::Avx512]
        .into_iter()
        .flat_map(|vectors| [false, true].map(|sha| Processor { vectors, sha }));
    all.filter(|level| within(*level) == *level).collect()
}

fn of_the_crate(prf: Prf, password: &[u8], salt: &[u8], rounds: u32, length: usize) -> Vec<u8> {
    let mut output = vec![0; length];
    match prf {
        Prf::Sha1 => pbkdf2::pbkdf2_hmac::<sha1::Sha1>(password, salt, rounds, &mut output),
        Prf::Sha256 => pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password, salt, rounds, &mut output),
        Prf::Sha512 => pbkdf2::pbkdf2_hmac::<sha2::Sha512>(password, salt, rounds, &mut output),
    }
    output
}

fn bytes(length: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), length)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Each lane gives what the crate gives for it alone: 1 to 10 of them, at every level.
    #[test]
    fn every_lane_is_the_single_implementation(
        people in proptest::collection::vec((bytes(0..300), bytes(0..200)), 1..=10),
        rounds in 1_u32..=50,
        length in 0_usize..200,
        prf in proptest::sample::select(Prf::ALL.to_vec()),
    ) {
        let inputs: Vec<Input> =
            people.iter().map(|(password, salt)| Input::new(prf, password, salt, rounds, length)).collect();
        for level in levels() {
            let outputs = run_on(level, &inputs.iter().collect::<Vec<_>>());
            prop_assert_eq!(outputs.len(), people.len());
            for (lane, ((password, salt), output)) in people.iter().zip(outputs).enumerate() {
                let right = *output == of_the_crate(prf, password, salt, rounds, length);
                prop_assert!(right, "lane {} of {} at {:?}, {:?}", lane, people.len(), level, prf);
            }
        }
    }
}

/// Digest, password, salt, rounds and output in hex.
type Official<'a> = (Prf, &'a [u8], &'a [u8], u32, &'a str);

#[test]
fn official_vectors() {
    let vectors: &[Official] = &[
        // RFC 6070, all but the one of 16,777,216 rounds.
        (Prf::Sha1, b"password", b"salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"),
        (Prf::Sha1, b"password", b"salt", 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"),
        (Prf::Sha1, b"password", b"salt", 4096, "4b007901b765489abead49d926f721d065a429c1"),
        (
            Prf::Sha1,
            b"passwordPASSWORDpassword",
            b"saltSALTsaltSALTsaltSALTsaltSALTsalt",
            4096,
            "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038",
        ),
        (Prf::Sha1, b"pass\0word", b"sa\0lt", 4096, "56fa6aa75548099dcc37d7f03425e0c3"),
        // RFC 7914, section 11.
        (
            Prf::Sha256,
            b"passwd",
            b"salt",
            1,
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc\
             49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
        ),
        (
            Prf::Sha256,
            b"Password",
            b"NaCl",
            80_000,
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56\
             a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
        ),
        // OpenSSL 3.0 by Python's `hashlib.pbkdf2_hmac`.
        (
            Prf::Sha256,
            b"a password that is longer than the sixty-four bytes of one block of SHA-256, so it is hashed first",
            b"salt",
            1000,
            "ce648e6c7bcf90a2bad246dec9b80eeece6533e59e0384d6580578e7bf5529205a8552a4024fab10aa7dcbd246462ccc\
             3928328c5a7d43cc2cb33ca119a733965f362eaf4bf2e8eb5216fc5d3ed3724b7a3550f33de7eb0b4e6becc6bc81ec61\
             e1def975",
        ),
        (
            Prf::Sha512,
            b"password",
            b"saltSALTsaltSALTsalt",
            1000,
            "d3fb1fba05323545baa682217fe6260005f7522227d415b9f0c299ffd7b00f97\
             59c96f52ad4fe8c48471f9183b9fe88b9ed6b9aa366489702a0107ef45ab6c2b",
        ),
        (
            Prf::Sha512,
            b"a password that is longer than the one hundred and twenty-eight bytes of one block of SHA-512, so that \
              it has to be hashed before it is a key",
            b"salt",
            2,
            "f51f364e5911fbee852a6faa4eaf9efae8115ea0ec961d7b4752ac23ed365a568f768e3cc90b749e099b3cf4ba66a68c\
             cee081615d77caddfbaf31065e22092d260a865698ff49fa5eee622b1d194961d1386c80be02808b761d98a930e10299\
             77b82eb3a58c1b00b563758e4edb05c22cfe74f2fedd127b45efa50864454d64d67d",
        ),
    ];
    for level in levels() {
        for (at, (prf, password, salt, rounds, expected)) in vectors.iter().enumerate() {
            let expected = hex::decode(expected).expect("hex");
            let input = Input::new(*prf, password, salt, *rounds, expected.len());
            assert!(*run_on(level, &[&input, &input])[1] == expected, "vector {at} at {level:?}");
        }
    }
}

/// What differs in digest, rounds or blocks is of another kind, and gives nothing beside the first.
#[test]
fn only_lanes_of_one_kind_run_together() {
    let lane = |prf, rounds, length| Lane::Pbkdf2(Input::new(prf, b"password", b"salt", rounds, length));
    let mixed = [
        lane(Prf::Sha256, 3, 32),
        lane(Prf::Sha256, 4, 32),
        lane(Prf::Sha256, 3, 33),
        lane(Prf::Sha512, 3, 32),
        lane(Prf::Sha256, 3, 20),
    ];
    let lengths: Vec<usize> = lanes::run(&mixed).iter().map(|output| output.len()).collect();
    assert_eq!(lengths, [32, 0, 0, 0, 20]);
    let expected = of_the_crate(Prf::Sha256, b"password", b"salt", 3, 20);
    assert!(*lanes::run(&mixed)[4] == expected);
}

/// A longer output fills more places of a run, so fewer people fit into it, but always one.
#[test]
fn long_outputs_leave_room_for_fewer() {
    let widest = |length| lanes::pbkdf2::kind(Prf::Sha1, 1000, length).widest();
    assert!(widest(20) >= widest(40) && widest(40) >= widest(200));
    assert_eq!(widest(2000), 1);
    assert!(widest(0) >= 1);
}

/// What a lane says of a vector's password is what it says alone, beside a lane of another password.
#[test]
fn a_verdict_is_the_same_in_a_lane() {
    let mut in_lanes = 0;
    for vector in vectors() {
        let schemes = Schemes::from_names(std::slice::from_ref(&vector.scheme)).expect("a known scheme");
        let stored = Stored { hash: &vector.hash, salt: vector.salt.as_deref() };
        let Identified::Hash { verifier, .. } = schemes.identify(stored, &site(&vector)) else { continue };
        // Dearer ones differ in rounds alone, and without optimisation they take minutes.
        if verifier.cost().rounds > MOST_ROUNDS {
            continue;
        }
        let attempts = [attempt(&vector), Attempt::with_password("another password")];
        let prepared: Vec<Lane> = attempts.iter().filter_map(|attempt| verifier.lane(attempt)).collect();
        if prepared.len() < attempts.len() {
            continue;
        }
        in_lanes += 1;
        let kinds = prepared.iter().map(Lane::kind).chain(verifier.decoy().lane_kind());
        assert!(kinds.map(Some).all(|kind| kind == verifier.lane_kind()), "{}: kinds differ", vector.id);
        let verdicts: Vec<Verdict> = lanes::run(&prepared).iter().map(|output| verifier.of_lane(output)).collect();
        assert_eq!(verdicts, [Verdict::of(vector.valid), Verdict::Mismatch], "{}", vector.id);
        assert_eq!(verifier.of_lane(&[]), Verdict::Mismatch, "{}", vector.id);
    }
    assert!(in_lanes > 50, "{in_lanes} vectors have lanes");
}
