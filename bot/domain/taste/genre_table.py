"""The genres Longplay knows, written by hand: a line each, with its parent and spellings that are meant by it.

`genre < parent: further spelling, …`; a line that begins with `+` goes on with the one before. Case, accents,
+ spaces, dashes and "and", "&", "n" make no difference, so that
`hip-hop`, `Hip Hop` and `hiphop` need no line of their own. A change of this table is a new `GENRES_VERSION`.
"""

from __future__ import annotations

GENRES_VERSION = 1
"""Raises whenever the table or the rules change: what was told is then understood anew, and nobody is asked again."""

TABLE = """
rock: rock music
classic rock < rock: oldies rock
hard rock < rock
soft rock < rock: yacht rock, mellow rock
rock and roll < rock: rocknroll, rock & roll, 50s rock
rockabilly < rock and roll: psychobilly
surf rock < rock: surf, surf music
garage rock < rock: garage, garage rock revival, garage punk
psychedelic rock < rock: psychedelic, psychedelia, psych rock, neo-psychedelia, acid rock, psych
krautrock < rock: kosmische, kosmische musik, kraut rock
progressive rock < rock: prog, prog rock, progressive, canterbury scene, canterbury, neo-prog, symphonic prog
art rock < rock: avant rock
glam rock < rock: glam
blues rock < rock
folk rock < rock
country rock < rock
southern rock < rock
heartland rock < rock
stoner rock < rock: stoner, desert rock
jam band < rock: jam
pub rock < rock
arena rock < rock: aor
alternative rock < rock: alternative, alt rock, alternativerock, alternative music, college rock
indie rock < alternative rock: indie, independent, indie-rock
indie pop < alternative rock: indiepop, twee pop, twee, c86
grunge < alternative rock: post-grunge, seattle grunge
britpop < alternative rock: brit pop, britrock, brit rock
shoegaze < alternative rock: shoegazing, shoegazer, nu gaze, nugaze
dream pop < alternative rock: dreampop, ethereal
slowcore < alternative rock: sadcore
post-rock < rock: postrock, instrumental rock, instrumental post-rock
math rock < post-rock: mathrock
noise rock < alternative rock
jangle pop < alternative rock
madchester < alternative rock: baggy
space rock < psychedelic rock
new wave < rock: newwave
post-punk < rock: postpunk, post punk revival, post-punk revival
gothic rock < post-punk: goth, gothic, goth rock, deathrock, death rock
coldwave < post-punk: cold wave, darkwave, dark wave, minimal wave
no wave < post-punk: nowave
punk < rock: punk rock, punkrock
pop punk < punk: pop-punk, poppunk
hardcore punk < punk: hardcore, melodic hardcore, straight edge
post-hardcore < hardcore punk: posthardcore
emo < punk: midwest emo, emocore
screamo < emo: skramz
ska punk < punk: ska-punk, skacore
folk punk < punk: anti-folk, antifolk, celtic punk, gypsy punk
riot grrrl < punk
crust punk < punk: crust, d-beat, anarcho-punk
oi < punk: street punk
metal: heavy metal, metal music, nwobhm, traditional metal
thrash metal < metal: thrash
death metal < metal: deathmetal, old school death metal
melodic death metal < death metal: melodeath, gothenburg metal
technical death metal < death metal: tech death
black metal < metal: blackmetal, atmospheric black metal, raw black metal, depressive black metal, dsbm,
+ melodic black metal, symphonic black metal
blackgaze < black metal: post-black metal
doom metal < metal: doom, funeral doom, epic doom, death doom
sludge metal < metal: sludge
stoner metal < metal
drone metal < metal: drone doom
progressive metal < metal: prog metal, djent
power metal < metal
symphonic metal < metal: symphonic, operatic metal
gothic metal < metal
folk metal < metal: viking metal, pagan metal, celtic metal
industrial metal < metal: neue deutsche harte, ndh
nu metal < metal: numetal, nu-metal, rap metal, rapcore
alternative metal < metal: alt metal, funk metal
metalcore < metal: melodic metalcore
deathcore < metalcore
mathcore < metalcore
grindcore < metal: grind, goregrind, powerviolence
post-metal < metal: postmetal, atmospheric metal, atmospheric sludge
avant-garde metal < metal: experimental metal
glam metal < metal: hair metal
speed metal < metal
groove metal < metal
pop: pop music, mainstream pop
synthpop < pop: synth pop, synth-pop, electropop, electro pop, electro-pop, technopop
dance-pop < pop: dancepop, dance pop
teen pop < pop: bubblegum pop, bubblegum, boy band, boyband, girl group pop
art pop < pop: avant pop, artpop, progressive pop
baroque pop < pop: chamber pop, orchestral pop
power pop < pop: powerpop
pop rock < pop: poprock, piano rock
bedroom pop < pop: lo-fi pop
hyperpop < pop: pc music, bubblegum bass, glitchcore
sunshine pop < pop
adult contemporary < pop: easy listening, adult pop
traditional pop < pop: vocal pop, crooner, crooners, standards, great american songbook
schlager < pop
chanson < pop: chanson francaise, french chanson, nouvelle chanson
j-pop < pop: jpop, japanese pop, shibuya-kei, shibuya kei, city pop, citypop
k-pop < pop: kpop, korean pop
c-pop < pop: cantopop, mandopop, chinese pop
europop < pop: italo pop
latin pop < pop: pop latino
singer-songwriter < pop: singer songwriter, songwriter, cantautor, singersongwriter
j-rock < rock: jrock, japanese rock, visual kei
folk: folk music, contemporary folk, traditional folk, trad folk
indie folk < folk: indie-folk, alt folk
freak folk < folk: psych folk, psychedelic folk, acid folk, new weird america
neofolk < folk: dark folk, apocalyptic folk
folk pop < folk
celtic < folk: irish folk, celtic folk, irish traditional
nordic folk < folk: scandinavian folk
american primitive < folk: fingerstyle, fingerpicking
country: country music, classic country, contemporary country
alt-country < country: alternative country, altcountry, americana, cosmic american
bluegrass < country: progressive bluegrass, newgrass
outlaw country < country
honky tonk < country
western swing < country
blues: blues music, modern blues
delta blues < blues: country blues, acoustic blues
chicago blues < blues: electric blues
rhythm and blues < soul: rnb, r&b, r and b, contemporary rnb, contemporary r&b, randb
alternative r&b < rhythm and blues: alternative rnb, alt rnb, pbrnb, alt r&b
soul: soul music, classic soul, southern soul, northern soul
neo-soul < soul: neosoul, neo soul, nu soul
motown < soul
blue-eyed soul < soul
philly soul < soul: philadelphia soul
funk < soul: funk music, p-funk, deep funk, funky
disco < soul: nu-disco, nu disco, disco house
gospel < soul: spiritual, gospel music, christian gospel
doo-wop < soul: doo wop
new jack swing < rhythm and blues
quiet storm < rhythm and blues
hip-hop: hip hop, rap, hip-hop/rap, rap music, hiphop rap, hip-hop rap, rap hip hop
alternative hip-hop < hip-hop: underground hip-hop, indie hip hop, underground rap, abstract hip-hop,
+ alternative rap, experimental hip-hop, underground hip hop
conscious hip-hop < hip-hop: political hip hop, conscious rap
gangsta rap < hip-hop: gangster rap, g-funk, mafioso rap
boom bap < hip-hop: east coast hip hop, east coast rap, east coast, old school hip hop, golden age hip hop,
+ new york hip hop
west coast hip-hop < hip-hop: west coast rap, west coast, bay area hip hop, hyphy
southern hip-hop < hip-hop: southern rap, dirty south, crunk, houston rap, memphis rap, atlanta rap
trap < hip-hop: trap music, trap rap, mumble rap
drill < hip-hop: uk drill, chicago drill
cloud rap < hip-hop: emo rap, soundcloud rap
instrumental hip-hop < hip-hop: lo-fi hip hop, lofi hip hop, chillhop, beats, turntablism, wonky
jazz rap < hip-hop: jazz hop, jazz hip hop
grime < hip-hop
uk hip-hop < hip-hop: british hip-hop, uk rap
french hip-hop < hip-hop: french rap, rap francais
german hip-hop < hip-hop: german rap, deutschrap, deutscher hip hop
pop rap < hip-hop
industrial hip-hop < hip-hop
horrorcore < hip-hop
trip-hop < electronic: triphop, trip hop, bristol sound
jazz: jazz music, mainstream jazz, contemporary jazz, modern jazz
bebop < jazz: bop
hard bop < jazz: post-bop
cool jazz < jazz
modal jazz < jazz
free jazz < jazz: avant-garde jazz, avant-jazz, free improvisation, avant garde jazz
spiritual jazz < jazz
jazz fusion < jazz: fusion, jazz rock, jazz-rock, jazz funk, jazz-funk
smooth jazz < jazz
swing < jazz: big band, swing jazz
vocal jazz < jazz: jazz vocal, jazz vocals, female jazz vocalists
latin jazz < jazz: afro-cuban jazz
acid jazz < jazz
nu jazz < jazz: nujazz, future jazz, electro-jazz
gypsy jazz < jazz: jazz manouche, manouche
dixieland < jazz: ragtime, traditional jazz
electro swing < electronic
soul jazz < jazz
ecm jazz < jazz: chamber jazz, nordic jazz
electronic: electronica, electronic music, electro, elektronik, electronique, elektronische musik
ambient < electronic: ambient music, space ambient, ambient electronic
dark ambient < ambient: isolationism
drone < ambient: drone ambient
new age < ambient: newage, meditation music
idm < electronic: intelligent dance music, braindance
glitch < electronic: clicks n cuts, glitch hop
downtempo < electronic: chillout, chill out, lounge, downbeat, chill-out, chillout electronica
techno < electronic: detroit techno, hard techno, acid techno, industrial techno, tech
minimal techno < techno: minimal, microhouse
dub techno < techno
house < electronic: house music, chicago house
deep house < house: lo-fi house, outsider house
tech house < house: tech-house
progressive house < house
acid house < house: acid
french house < house: filter house
electro house < house: complextro, fidget house
tropical house < house
trance < electronic: uplifting trance, vocal trance, progressive trance
psytrance < trance: goa, goa trance, psychedelic trance, psy-trance
hardstyle < electronic: gabber, happy hardcore, hardcore techno
eurodance < electronic: euro-house, hi-nrg
italo disco < electronic: italodisco
edm < electronic: electronic dance music, big room
dance < electronic: dance music, club, club dance
big beat < electronic: bigbeat
breakbeat < electronic: breaks, nu skool breaks
breakcore < electronic
drum and bass < electronic: dnb, d&b, drum'n'bass, drum n bass, liquid funk, neurofunk, liquid drum and bass
jungle < drum and bass
dubstep < electronic: brostep, post-dubstep, deep dubstep
future bass < electronic
uk garage < electronic: 2-step, garage electronic, 2 step, speed garage
uk bass < electronic: bass music, future garage, bass
footwork < electronic: juke
synthwave < electronic: retrowave, outrun, darksynth
vaporwave < electronic: vapourwave, mallsoft, future funk
chillwave < electronic: glo-fi
witch house < electronic
folktronica < electronic
indietronica < electronic: indie electronic, indietronic, electronic rock, electro rock, electronic indie
electroclash < electronic
dance-punk < post-punk: dance punk, dance rock, dance-rock, disco-punk
ebm < industrial: electronic body music, aggrotech, electro-industrial, futurepop
industrial < electronic: industrial music, industrial rock
noise < experimental: noise music, harsh noise, power electronics, power noise, japanoise
chiptune < electronic: 8-bit, 8bit, bitpop, chip music, game boy
berlin school < electronic: progressive electronic
leftfield < electronic: deconstructed club, hauntology
plunderphonics < experimental: sound collage
experimental: experimental music, avant-garde, avantgarde, avant garde, experimental rock, experimental pop, weird
musique concrete < experimental: electroacoustic, acousmatic, tape music
field recordings < experimental: soundscape
minimalism < classical: minimalist, minimal music, post-minimalism
lo-fi < experimental: lofi, lo fi
improvised < experimental: improvisation, improv, eai
classical: classical music, orchestral, klassik, classique, symphony, western classical
baroque < classical: baroque music
romantic era < classical: romantic classical
opera < classical: operetta
chamber music < classical: string quartet
choral < classical: choir, choral music
modern classical < classical: contemporary classical, neoclassical, neo-classical, neoclassical new age,
+ 20th century classical, modern composition, post-classical, indie classical
early music < classical: renaissance, medieval, gregorian chant, renaissance music
piano music < classical: solo piano, classical piano
soundtrack: soundtracks, ost, film score, score, film music, movie soundtrack, film soundtrack,
+ original soundtrack, cinematic
video game music < soundtrack: game music, video game, vgm, game soundtrack, videogame music
anime music < soundtrack: anime, anison
musical < soundtrack: musicals, broadway, show tunes, showtunes, musical theatre
reggae: roots reggae, reggae music, rocksteady, lovers rock
dub < reggae: dub reggae
dancehall < reggae: ragga
ska < reggae: two tone, 2 tone, 2tone, third wave ska
latin: latin music, latino, musica latina, latin american
salsa < latin
bossa nova < latin: bossanova, bossa
samba < latin: pagode
mpb < latin: musica popular brasileira, brazilian pop, tropicalia, tropicalismo
reggaeton < latin: urbano latino, latin trap, reggaeton latino
tango < latin: nuevo tango, tango nuevo
cumbia < latin: digital cumbia
bachata < latin: merengue
bolero < latin
flamenco < world: flamenco music, nuevo flamenco
latin rock < latin: rock en espanol, rock en español, rock nacional, chicano rock
son cubano < latin: cuban, mambo
mariachi < latin: ranchera, regional mexican, norteno, corrido
nueva cancion < latin: trova
baile funk < latin: funk carioca, brazilian funk
world: world music, worldmusic, ethnic, world fusion, musiques du monde
afrobeat < world: afro-beat
afrobeats < world: afropop, afro pop, naija, amapiano, afro-pop, highlife
soukous < world: congolese rumba
desert blues < world: tuareg, tishoumaren, mali blues
ethio-jazz < jazz: ethiopian jazz, ethiopiques
rai < world
qawwali < world: sufi
indian classical < world: hindustani, carnatic, raga, hindustani classical
bollywood < world: filmi, hindi film
bhangra < world
fado < world
klezmer < world
balkan < world: balkan brass, balkan music, gypsy, romani
gamelan < world
throat singing < world: tuvan throat singing
arabic < world: arabic music, arab pop, arabic pop
turkish folk < world: anatolian rock, anadolu rock, turkish psych
enka < world
zouk < world: kompa
calypso < world: soca, calypso music
hawaiian < world
polka < folk
comedy: comedy rock, parody, humour, humor, funny, stand-up, standup comedy, novelty
spoken word: spokenword, poetry, audiobook, spoken
children's music: children, childrens music, kids, disney, childrens
christian: christian rock, ccm, worship, contemporary christian, christian music, praise and worship
christmas: christmas music, xmas, holiday
a cappella: acappella, vocal group, barbershop
exotica: space age pop, lounge exotica
"""

NO_GENRES = """
seen live, favourites, favorites, favourite, favorite, favourite artists, favorite artists, favourite songs, my music,
albums i own, albums i have, albums, own, owned, i own, vinyl, want to see live, must see, to listen, to check,
check out,
love, loved, awesome, amazing, great, best, the best, good, cool, beautiful, epic, perfect, masterpiece, classic,
classics,
legend, legends, legendary, genius, brilliant, nice, bad, overrated, underrated, guilty pleasure, guilty pleasures,
female vocalists, female vocalist, male vocalists, male vocalist, female, male, female vocals, male vocals,
female fronted,
female voices, vocalists, vocal, vocals, women, girls, duo, trio, band, bands, artist, group, solo, supergroup,
composer,
composers, producer, dj, djs, guitarist, guitar, guitar virtuoso, piano, violin, cello, saxophone, trumpet,
bass guitar,
drums, synth, strings, acoustic, instrumental, live, cover, covers, remix, remixes, compilation, ep, single, demo,
mixtape,
chill, mellow, relax, relaxing, sad, happy, melancholic, melancholy, dark, atmospheric, upbeat, energetic, calm,
sexy, party,
summer, winter, autumn, night, driving, sleep, study, romantic mood, melodic, catchy, dreamy, moody, emotional,
intense,
heavy, fast, slow, loud, soft, hypnotic, dance floor, feel good, feelgood, fun, peaceful, nostalgic, nostalgia,
political,
english, spanish, french language, german language, instrumental music, new, old, oldies, retro, vintage, modern,
young,
spotify, lastfm, last.fm, all, music, songs, other, misc, unknown, various, various artists, default, radio,
under 2000 listeners,
lgbt, queer, lesbian, gay, feminist, hipster, tumblr, rip, dead, suicide, sell out, sellout, pitchfork,
best new music,
1001 albums, 1001 albums you must hear before you die, rolling stone, mercury prize, rym, aoty, 4ad, sub pop, warp,
matador,
"""
"""Words about who listens, how it feels or what it stands on; what nobody lists is refused as well."""

ORIGINS = """
United Kingdom: british, uk, english music, england, united kingdom, britain, london, manchester, scottish,
+ scotland, welsh, wales, bristol, sheffield, liverpool, glasgow
United States: american, usa, us, united states, new york, nyc, los angeles, california, chicago, seattle, detroit,
+ texas, portland, brooklyn, san francisco, atlanta, boston
Ireland: irish, ireland, dublin
Canada: canadian, canada, toronto, montreal, quebec, vancouver
Australia: australian, australia, melbourne, sydney, aussie
New Zealand: new zealand, kiwi, nz
Germany: german, germany, deutsch, deutschland, berlin, hamburg
France: french, france, paris, francais
Sweden: swedish, sweden, stockholm, gothenburg, svenskt
Norway: norwegian, norway, oslo, bergen
Denmark: danish, denmark, copenhagen
Finland: finnish, finland, suomi, helsinki
Iceland: icelandic, iceland, reykjavik
Netherlands: dutch, netherlands, holland, amsterdam
Belgium: belgian, belgium, belgie
Spain: spain, spanish artists, espana, barcelona, madrid
Portugal: portuguese, portugal
Italy: italian, italy, italia
Austria: austrian, austria, vienna
Switzerland: swiss, switzerland
Poland: polish, poland, polska
Russia: russian, russia, russian music
Ukraine: ukrainian, ukraine
Czechia: czech, czech republic
Hungary: hungarian, hungary
Greece: greek, greece
Turkey: turkish, turkey, turkiye
Israel: israeli, israel
Japan: japanese, japan, japanese music, tokyo
South Korea: korean, south korea, korea
China: chinese, china
Taiwan: taiwanese, taiwan
India: indian, india
Brazil: brazilian, brazil, brasil, brasileira
Argentina: argentine, argentina, argentinian
Mexico: mexican, mexico
Chile: chilean, chile
Colombia: colombian, colombia
Cuba: cuba
Jamaica: jamaican, jamaica
Nigeria: nigerian, nigeria
Mali: mali, malian
South Africa: south african, south africa
Senegal: senegalese, senegal
Ethiopia: ethiopian, ethiopia
Estonia: estonian, estonia
"""
"""Words of where somebody is from: no genres, but a country where no better source tells one."""
