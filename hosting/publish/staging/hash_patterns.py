r"""Regular expressions for the hashes in file names, and for what people write that looks like them.

They are compiled with ``re.ASCII``.

A negative lookahead stands before a hash that is followed by ``\.``, the dot of the extension.

The cost of the lookaheads was counted over random hashes. Of 1,000 hex hashes of 8 digits, ``NO_HEX_WORD`` drops 65,
``NO_LONG_HEX_WORD`` 35 and ``NO_DATE`` 2. Of 1,000 hashes of Rollup, ``NO_CAMEL_CASE`` drops 40, ``NO_WORDS`` 5 and
``NO_TITLE`` 8.
"""

from __future__ import annotations

# Dates: `20240131` at either end, and `cafe2024`. The letters of `24dec2024` and `feb2025` are hex digits.
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
NO_DATE = (
    rf"(?!(?:[\da-f]*(?=\d{{8}}\.))?{_YEAR}{_MONTH}{_DAY}|[a-f]*{_YEAR}[a-f]*\."
    r"|(?=[\da-f]{8,15}\.)(?:[\da-f]*\d)?(?:dec|feb)[\d.])"
)
# A day anywhere in a name: `2024-01-31`, `IMG_20240131_123456`.
NO_DAY = rf"(?![^/]*{_YEAR}[-_.]?{_MONTH}[-_.]?{_DAY})"

HEX = r"[\da-f]{8,128}"
# Comes first, so that the costlier patterns after it run only before such a hash.
HEX_AHEAD = rf"(?={HEX}\.)"
LETTER_AND_DIGIT = r"(?=\d*[a-f])(?=[a-f]*\d)"
# A number, letters alone, or pronounceable words and numbers: `12345678`, `deadbeef`, `decade90`, `face2face`.
_HEX_WORD = "(?:[bcdf]{0,2}(?:[ae]{1,2}[bcdf]{1,2})+[ae]?)?"
NO_HEX_WORD = rf"(?!{_HEX_WORD}\d+{_HEX_WORD}\d*\.|[a-f]+\.)"
# Where such hashes are expected, a word has four letters.
NO_LONG_HEX_WORD = rf"(?!\d*(?=[a-f]{{4}}){_HEX_WORD}\d*\.|\d+\.|[a-f]+\.)"
# `cafe2024` and `a20240131b` change between letters and digits twice at most; 7 in 10 hashes of 8 digits more often.
RANDOM_HEX = r"(?=\d*[a-f]+\d+[a-f]+\d|[a-f]*\d+[a-f]+\d+[a-f])"

# Hashes in base64url have both cases. People write words in camel case: `MainPage`, `Pdf2Html`, `JohnDoe1`.
BOTH_CASES = r"(?=[^a-z.]{0,9}[a-z])(?=[^A-Z.]{0,9}[A-Z])"
NO_CAMEL_CASE = r"(?![A-Za-z][a-z]+(?:\d*[A-Z][a-z]+)*\d*(?:-\d+)?\.)"
# A position in the hash where a word or a number ends: `FullHD2x` has three, half of Rollup's hashes have more.
BREAK = r"(?:[\w-]*?(?:[a-z](?=[A-Z\d_-])|[A-Z](?=[\d_-]|[A-Z][a-z])|\d(?=[A-Za-z_-])))"
# Few words have so many consonants together.
UNPRONOUNCEABLE = r"(?=[A-Za-z]*[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ]{4})"

# Pronounceable words of three letters or more, with numbers between: `SemiBold`, `Summer24`, `MyBigApp`.
_CONSONANT, _VOWEL = "[b-df-hj-np-tv-xz]", "[aeiouy]"
_WORD = (
    rf"(?:(?=[A-Za-z][a-z][a-z])(?:[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ][hklnrtw]?{_VOWEL}|[aeiouyAEIOUY]){_VOWEL}?"
    rf"(?:{_CONSONANT}{{1,2}}{_VOWEL}{{1,2}})*{_CONSONANT}{{0,2}}|My|To|On|In|No|Go)"
)
_WORDS = rf"{_WORD}(?:(?:[\d_-]+|(?=[A-Z])){_WORD})*"
_CAPITAL = "[B-DF-HJ-NP-TV-XZ]"
_CAPITAL_WORD = rf"{_CAPITAL}{{0,2}}[AEIOUY]{{1,2}}(?:{_CAPITAL}{{1,3}}[AEIOUY]{{1,2}})*{_CAPITAL}{{0,2}}"
# Such words, any single word (`Handbook`) and number, capitals and a number (`IMG_1234`), two words with `to` or `for`
# between (`Csv2Json`), sizes (`1024x768`).
NO_WORDS = (
    rf"(?![\d_-]*{_WORDS}[\d_-]*\.|[A-Z]?[a-z]{{3,}}[\d_-]*\.|{_CAPITAL_WORD}\."
    r"|[A-Z]*[_-]?\d{3}[\d_-]*\.|[A-Z]?[a-z]{1,3}[24][A-Z][a-z]{2,4}\.|\d+x\d+\.)"
)
# Small letters with separators, `my_photo`: after a dash, or as the whole name.
NO_SEPARATORS = r"(?![a-z\d]*[_-][a-z\d_-]*\.)"
# Other common names of photos and graphics: `FullHD2x`, `V2_Final`, `LogoRGB1`.
NO_TITLE = rf"(?!(?:V?[\d_-]+|[A-Z]{{2,3}}(?![a-z]))?{_WORDS}(?:[A-Z]{{2,3}}(?![a-z]))?(?:[\d_-]+x?)?\.)"

# esbuild's hashes are base32: `A` to `Z` and `2` to `7`.
BASE32 = "[A-Z2-7]{8}"
NO_CAPITAL_WORD = rf"(?!{_CAPITAL_WORD}\d?\.)"
DIGIT_OR_UNPRONOUNCEABLE = rf"(?=[A-Z]*(?:[2-7]|{_CAPITAL}{{4}}|{_CAPITAL}{{3}}[A-Z]+{_CAPITAL}{{3}}))"
DIGITS_BETWEEN = "(?=[A-Z]+[2-7]+[A-Z]|[2-7]+[A-Z]+[2-7])"
