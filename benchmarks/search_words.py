"""Words for generated problems: everyday ones of nine languages, and made ones in four scripts for the long tail."""

from __future__ import annotations

from random import Random

COMMON = {
    "en": """the and of when people water school road flood river village rain pump market clinic bridge teacher children
        well office boat light fever harvest price seed letter form phone warning shelter forest fire fish night field bus
        ration card queue repair broken empty closed late dirty missing dark far nobody every year month women families""",
    "id": """dan yang di air sekolah jalan banjir sungai desa hujan pompa pasar klinik jembatan guru anak sumur kantor perahu
        lampu demam panen harga benih surat telepon peringatan hutan api ikan malam sawah rusak kosong tutup terlambat kotor
        hilang gelap jauh tidak setiap tahun bulan perempuan keluarga nelayan petani sampah kabut listrik""",
    "vi": """và của nước trường đường lũ sông làng mưa bơm chợ trạm cầu giáo viên trẻ em giếng thuyền đèn sốt mùa giá hạt thư
        điện thoại cảnh báo rừng lửa cá đêm ruộng hỏng trống đóng muộn bẩn thiếu tối xa không mỗi năm tháng phụ nữ gia đình""",
    "sw": """na ya wa maji shule barabara mafuriko mto kijiji mvua pampu soko zahanati daraja mwalimu watoto kisima ofisi
        mashua taa homa mavuno bei mbegu barua simu onyo msitu moto samaki usiku shamba mbovu tupu imefungwa chelewa chafu
        giza mbali hakuna kila mwaka mwezi wanawake familia wakulima""",
    "hi": """और का की के में पानी स्कूल सड़क बाढ़ नदी गाँव बारिश पंप बाज़ार अस्पताल पुल शिक्षक बच्चे कुआँ दफ़्तर नाव बत्ती बुखार फ़सल दाम
        बीज चिट्ठी फ़ोन चेतावनी जंगल आग मछली रात खेत टूटा ख़ाली बंद देर गंदा अँधेरा दूर नहीं हर साल महीना महिलाएँ परिवार राशन""",
    "ne": """र को मा पानी विद्यालय बाटो बाढी खोला गाउँ वर्षा पम्प बजार अस्पताल पुल शिक्षक बालबालिका इनार कार्यालय डुङ्गा बत्ती ज्वरो बाली
        मूल्य बीउ चिठी फोन चेतावनी जङ्गल आगो माछा राति खेत बिग्रियो खाली बन्द ढिलो फोहोर अँध्यारो टाढा छैन हरेक वर्ष महिना महिला""",
    "bn": """আর এর পানি জল স্কুল রাস্তা বন্যা নদী গ্রাম বৃষ্টি পাম্প বাজার হাসপাতাল সেতু শিক্ষক শিশু কুয়া অফিস নৌকা বাতি জ্বর ফসল দাম বীজ
        চিঠি ফোন সতর্কতা জঙ্গল আগুন মাছ রাত মাঠ ভাঙা খালি বন্ধ দেরি নোংরা অন্ধকার দূরে নেই প্রতি বছর মাস মহিলা পরিবার কৃষক জেলে""",
    "ur": """اور کا کی کے میں پانی سکول سڑک سیلاب دریا گاؤں بارش پمپ بازار ہسپتال پل استاد بچے کنواں دفتر کشتی بتی بخار فصل قیمت بیج
        خط فون انتباہ جنگل آگ مچھلی رات کھیت ٹوٹا خالی بند دیر گندا اندھیرا دور نہیں ہر سال مہینہ عورتیں خاندان کسان راشن بجلی""",
    "ar": """و في من ماء مدرسة طريق فيضان نهر قرية مطر مضخة سوق عيادة جسر معلم أطفال بئر مكتب قارب مصباح حمى حصاد سعر بذور رسالة
        هاتف تحذير غابة نار سمك ليل حقل مكسور فارغ مغلق متأخر قذر مظلم بعيد لا كل سنة شهر نساء عائلات صيادون كهرباء""",
}  # fmt: skip
SCRIPTS = {"Latin": ("en", "id", "vi", "sw"), "Devanagari": ("hi", "ne"), "Bengali": ("bn",), "Arabic": ("ur", "ar")}
#: Beginnings, middles and ends of syllables, divided by spaces; "-" is nothing.
_SYLLABLES = {
    "Latin": ("b bh ch d dh g h j k kh l m n ng p r s sh t th v w y -", "a e i o u aa ai ou", "- - - n r m l k s t"),
    "Devanagari": (
        "क ख ग घ च छ ज झ ट ठ ड त थ द ध न प फ ब भ म य र ल व श स ह क्ष त्र प्र स्त",
        "- ा ि ी ु ू े ो ै ौ",
        "- - - ं ल र न",
    ),
    "Bengali": (
        "ক খ গ ঘ চ ছ জ ঝ ট ঠ ড ত থ দ ধ ন প ফ ব ভ ম য র ল শ স হ ক্ষ ত্র প্র স্ত",
        "- া ি ী ু ূ ে ো ৈ",
        "- - - ং ল র ন",
    ),
    "Arabic": ("ا ب پ ت ٹ ج چ ح خ د ڈ ذ ر ز س ش ص ض ط ع غ ف ق ک گ ل م ن و ہ ی", "- ا و ی ی", "- - - ن ر ل م"),
}
#: What a mistyped letter is typed as.
LETTERS = {
    "Latin": "abcdefghijklmnopqrstuvwxyz",
    "Devanagari": "कखगघचछजझटठडतथदधनपफबभमयरलवशसहािीुूेो",
    "Bengali": "কখগঘচছজঝটঠডতথদধনপফবভমযরলশসহািীুূেো",
    "Arabic": "ابپتٹجچحخدڈرزسشصطعغفقکگلمنوی",
}


def made_words(script: str, count: int, chance: Random) -> list[str]:
    """So many different words of two to four syllables that no language has, as names of places and things are."""
    begin, middle, end = ([part.replace("-", "") for part in parts.split()] for parts in _SYLLABLES[script])
    words: dict[str, None] = {}
    while len(words) < count:
        syllables = chance.choices((2, 3, 4), (5, 4, 1))[0]
        word = "".join(chance.choice(begin) + chance.choice(middle) for _syllable in range(syllables))
        words[word + chance.choice(end)] = None
    return list(words)
