/*
 * Names of Unicode 16 properties and their values, as Rust's regex crate knows them. An entry is the name that JavaScript
 * takes, then further aliases; entries are separated by `|`. Names are compared in lower case without `_`, `-` and spaces.
 */

/** Values of General_Category. */
export const GENERAL_CATEGORIES =
  'Cased_Letter lc|Close_Punctuation pe|Connector_Punctuation pc|Control cc cntrl|Currency_Symbol sc|Dash_Punctuation ' +
  'pd|Decimal_Number digit nd|Enclosing_Mark me|Final_Punctuation pf|Format cf|Initial_Punctuation pi|Letter ' +
  'l|Letter_Number nl|Line_Separator zl|Lowercase_Letter ll|Mark combiningmark m|Math_Symbol sm|Modifier_Letter ' +
  'lm|Modifier_Symbol sk|Nonspacing_Mark mn|Number n|Open_Punctuation ps|Other c|Other_Letter lo|Other_Number ' +
  'no|Other_Punctuation po|Other_Symbol so|Paragraph_Separator zp|Private_Use co|Punctuation p punct|Separator ' +
  'z|Space_Separator zs|Spacing_Mark mc|Surrogate cs|Symbol s|Titlecase_Letter lt|Unassigned cn|Uppercase_Letter lu';

/** Values of Script and Script_Extensions. */
export const SCRIPTS =
  'Adlam adlm|Ahom|Anatolian_Hieroglyphs hluw|Arabic arab|Armenian armn|Avestan avst|Balinese bali|Bamum bamu|Bassa_Vah ' +
  'bass|Batak batk|Bengali beng|Bhaiksuki bhks|Bopomofo bopo|Brahmi brah|Braille brai|Buginese bugi|Buhid ' +
  'buhd|Canadian_Aboriginal cans|Carian cari|Caucasian_Albanian aghb|Chakma cakm|Cham|Cherokee cher|Chorasmian ' +
  'chrs|Common zyyy|Coptic copt qaac|Cuneiform xsux|Cypriot cprt|Cypro_Minoan cpmn|Cyrillic cyrl|Deseret dsrt|Devanagari ' +
  'deva|Dives_Akuru diak|Dogra dogr|Duployan dupl|Egyptian_Hieroglyphs egyp|Elbasan elba|Elymaic elym|Ethiopic ethi|Garay ' +
  'gara|Georgian geor|Glagolitic glag|Gothic goth|Grantha gran|Greek grek|Gujarati gujr|Gunjala_Gondi gong|Gurmukhi ' +
  'guru|Gurung_Khema gukh|Han hani|Hangul hang|Hanifi_Rohingya rohg|Hanunoo hano|Hatran hatr|Hebrew hebr|Hiragana ' +
  'hira|Imperial_Aramaic armi|Inherited qaai zinh|Inscriptional_Pahlavi phli|Inscriptional_Parthian prti|Javanese ' +
  'java|Kaithi kthi|Kannada knda|Katakana kana|Katakana_Or_Hiragana hrkt|Kawi|Kayah_Li kali|Kharoshthi ' +
  'khar|Khitan_Small_Script kits|Khmer khmr|Khojki khoj|Khudawadi sind|Kirat_Rai krai|Lao laoo|Latin latn|Lepcha ' +
  'lepc|Limbu limb|Linear_A lina|Linear_B linb|Lisu|Lycian lyci|Lydian lydi|Mahajani mahj|Makasar maka|Malayalam ' +
  'mlym|Mandaic mand|Manichaean mani|Marchen marc|Masaram_Gondi gonm|Medefaidrin medf|Meetei_Mayek mtei|Mende_Kikakui ' +
  'mend|Meroitic_Cursive merc|Meroitic_Hieroglyphs mero|Miao plrd|Modi|Mongolian mong|Mro mroo|Multani mult|Myanmar ' +
  'mymr|Nabataean nbat|Nag_Mundari nagm|Nandinagari nand|New_Tai_Lue talu|Newa|Nko nkoo|Nushu nshu|Nyiakeng_Puachue_Hmong ' +
  'hmnp|Ogham ogam|Ol_Chiki olck|Ol_Onal onao|Old_Hungarian hung|Old_Italic ital|Old_North_Arabian narb|Old_Permic ' +
  'perm|Old_Persian xpeo|Old_Sogdian sogo|Old_South_Arabian sarb|Old_Turkic orkh|Old_Uyghur ougr|Oriya orya|Osage ' +
  'osge|Osmanya osma|Pahawh_Hmong hmng|Palmyrene palm|Pau_Cin_Hau pauc|Phags_Pa phag|Phoenician phnx|Psalter_Pahlavi ' +
  'phlp|Rejang rjng|Runic runr|Samaritan samr|Saurashtra saur|Sharada shrd|Shavian shaw|Siddham sidd|SignWriting ' +
  'sgnw|Sinhala sinh|Sogdian sogd|Sora_Sompeng sora|Soyombo soyo|Sundanese sund|Sunuwar sunu|Syloti_Nagri sylo|Syriac ' +
  'syrc|Tagalog tglg|Tagbanwa tagb|Tai_Le tale|Tai_Tham lana|Tai_Viet tavt|Takri takr|Tamil taml|Tangsa tnsa|Tangut ' +
  'tang|Telugu telu|Thaana thaa|Thai|Tibetan tibt|Tifinagh tfng|Tirhuta tirh|Todhri todr|Toto|Tulu_Tigalari tutg|Ugaritic ' +
  'ugar|Unknown zzzz|Vai vaii|Vithkuqi vith|Wancho wcho|Warang_Citi wara|Yezidi yezi|Yi yiii|Zanabazar_Square zanb';

/** Properties that are true or false. */
export const BINARY_PROPERTIES =
  'ASCII_Hex_Digit ahex|Alphabetic alpha|Bidi_Control bidic|Bidi_Mirrored bidim|Case_Ignorable ' +
  'ci|Cased|Changes_When_Casefolded cwcf|Changes_When_Casemapped cwcm|Changes_When_Lowercased cwl|Changes_When_Titlecased ' +
  'cwt|Changes_When_Uppercased cwu|Dash|Default_Ignorable_Code_Point di|Deprecated dep|Diacritic ' +
  'dia|Emoji|Emoji_Component ecomp|Emoji_Modifier emod|Emoji_Modifier_Base ebase|Emoji_Presentation ' +
  'epres|Extender ext|Grapheme_Base grbase|Grapheme_Extend grext|Hex_Digit ' +
  'hex|IDS_Binary_Operator idsb|IDS_Trinary_Operator idst|ID_Continue idc|ID_Start ids|Ideographic ideo|Join_Control ' +
  'joinc|Logical_Order_Exception loe|Lowercase lower|Math|Noncharacter_Code_Point nchar|Pattern_Syntax ' +
  'patsyn|Pattern_White_Space patws|Quotation_Mark qmark|Radical|Regional_Indicator ri|Sentence_Terminal ' +
  'sterm|Soft_Dotted sd|Terminal_Punctuation term|Unified_Ideograph uideo|Uppercase upper|Variation_Selector ' +
  'vs|White_Space space wspace|XID_Continue xidc|XID_Start xids';

/** Properties that Rust matches, and JavaScript does not know or knows wholly changed, with their aliases. */
export const UNSUPPORTED_PROPERTIES =
  'age extendedpictographic extpict gcb graphemeclusterbreak graphemelink grlink hyphen idcompatmathcontinue ' +
  'idcompatmathstart idsu idsunaryoperator mcm modifiercombiningmark oalpha odi ogrext oidc oids olower omath ' +
  'otheralphabetic otherdefaultignorablecodepoint othergraphemeextend otheridcontinue otheridstart otherlowercase ' +
  'othermath otheruppercase oupper pcm prependedconcatenationmark sb sentencebreak wb wordbreak';

/** Properties that Rust knows by name only, with their aliases. */
export const OTHER_PROPERTIES =
  'bc bidiclass bidimirroringglyph bidipairedbracket bidipairedbrackettype blk block bmg bpb bpt canonicalcombiningclass ' +
  'casefolding ccc ce cf changeswhennfkccasefolded cjkaccountingnumeric cjkcompatibilityvariant cjkiicore cjkirggsource ' +
  'cjkirghsource cjkirgjsource cjkirgkpsource cjkirgksource cjkirgmsource cjkirgssource cjkirgtsource cjkirguksource ' +
  'cjkirgusource cjkirgvsource cjkothernumeric cjkprimarynumeric cjkrsunicode compex compositionexclusion cwkcf ' +
  'decompositionmapping decompositiontype dm dt ea eastasianwidth equideo equivalentunifiedideograph expandsonnfc ' +
  'expandsonnfd expandsonnfkc expandsonnfkd fcnfkc fcnfkcclosure fullcompositionexclusion gc generalcategory ' +
  'hangulsyllabletype hst incb indicconjunctbreak indicpositionalcategory indicsyllabiccategory inpc insc isc ' +
  'jamoshortname jg joininggroup joiningtype jsn jt kaccountingnumeric kcompatibilityvariant kehcat kehdesc kehhg kehifao ' +
  'kehjsesh kehnomirror kehnorotate kiicore kirggsource kirghsource kirgjsource kirgkpsource kirgksource kirgmsource ' +
  'kirgssource kirgtsource kirguksource kirgusource kirgvsource kothernumeric kprimarynumeric krsunicode lb lc linebreak ' +
  'lowercasemapping na na1 name namealias nfcqc nfcquickcheck nfdqc nfdquickcheck nfkccasefold nfkccf nfkcqc ' +
  'nfkcquickcheck nfkcscf nfkcsimplecasefold nfkdqc nfkdquickcheck nt numerictype numericvalue nv ocomment sc scf script ' +
  'scriptextensions scx sfc simplecasefolding simplelowercasemapping simpletitlecasemapping simpleuppercasemapping slc ' +
  'stc suc tc titlecasemapping uc unicode1name unicoderadicalstroke uppercasemapping urs verticalorientation vo xonfc ' +
  'xonfd xonfkc xonfkd';
