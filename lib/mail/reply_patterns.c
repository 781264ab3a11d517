/* reply_patterns: how mail clients introduce quotes, in many languages. */
#include "reply.h"

/* Words that begin and end an attribution with a date between them. */
#define HEADS                                                                  \
	"On|Op|Am|Le|El|Il|Em|Den|På|W dniu|Dnia|Dne|Dňa|Vào|Pada|La|Data|" \
	"Dana|Στις|Tarih|В|Vào lúc|Le jour|Em qua|Il giorno|El día"
#define VERBS                                                                  \
	"wrote|writes|sent|said|schreef|geschreven|verzond|verzonden|schrieb|" \
	"geschrieben|a écrit|écrit|nous a dit|a dit|escribió|ha scritto|"   \
	"scritto|escreveu|skrev|skrifaði|kirjoitti|napisał\\(a\\)|"          \
	"napisała?|pisze|napsala?|napsal\\(a\\)|napísala?|napísal\\(a\\)|"  \
	"đã viết|a scris|írta|yazdı|έγραψε|menulis|"               \
	"написал\\(а\\)|написала?|написав|пишет|пише|kirjutas|rašė"
/* What stands before the date when the name stands before that. */
#define NAMED_DAY "op|on|am|den|el|le|il|em"

/* On Mon, 2 Nov 2026 at 10:00, Jan <jan@x> wrote: */
static const char attribution[] =
	"^(?:" HEADS ")\\b(?=.*\\d).*\\b(?:" VERBS ")[^:：]{0,100}[:：]$"
	"|^In (?:message|article) .*(?:" VERBS ")\\s*[:：]$"
	"|^(?:在|于)?.*\\d.*(?:写道|寫道|作成|のメッセージ|님이 "
	"작성)\\s*[:：]$";

/* Jan Jansen <jan@x> wrote: */
static const char named[] =
	"^.{2,300}\\b(?:" VERBS ")\\s*[:：]$"
	"|^.{0,200}\\b(?:" VERBS ")\\s(?:" NAMED_DAY ")\\b.*\\d.*[:：]$"
	"|^\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}\\b.*<\\S+@\\S+>\\s*:?$"
	"|^.*(?:כתב|כתבה|كتب).{0,200}[:：]$";

/* A date with a time or a year, and an address in brackets. */
static const char strong[] =
	"^(?=.*(?:\\d{1,2}[:.h]\\d{2}|\\b20\\d\\d\\b)).*"
	"(?:<|\\[mailto:|\\()[^<>@\\s\\[\\]]+@[^<>\\s\\[\\]]+[>\\])]"
	".{0,100}[:：]$";

#define DASHES "[-–—_=~]"
#define PHRASES                                                                                                 \
	"Original(?: Message| Appointment)?|Reply Message|"                                                     \
	"(?:Begin )?Forwarded Message|Forwarded by .*|"                                                         \
	"Oorspronkelijk bericht|Origineel bericht|Doorgestuurd bericht|"                                        \
	"Begin doorgestuurd bericht|"                                                                           \
	"Ursprüngliche (?:Nachricht|Mail|E-Mail)|Original-?Nachricht|"                                         \
	"Antwort Nachricht|Weitergeleitete Nachricht|"                                                          \
	"Anfang der weitergeleiteten (?:Nachricht|E-Mail)|"                                                     \
	"Message d['’]origine|Message original|Message transféré|"                                          \
	"Message transmis|Début du message transféré|"                                                       \
	"Mensaje original|Mensaje reenviado|Inicio del mensaje reenviado|"                                      \
	"Mensagem original|Mensagem encaminhada|"                                                               \
	"Messaggio originale|Messaggio inoltrato|"                                                              \
	"Inizio messaggio inoltrato|"                                                                           \
	"Oprindelig (?:meddelelse|besked)|Videresendt (?:besked|melding)|"                                      \
	"Opprinnelig melding|Original melding|"                                                                 \
	"Ursprungligt meddelande|Originalmeddelande|"                                                           \
	"Vidarebefordrat (?:meddelande|brev)|"                                                                  \
	"Alkuperäinen viesti|Välitetty viesti|"                                                               \
	"Oryginalna wiadomość|Wiadomość oryginalna|"                                                        \
	"Treść przekazanej wiadomości|"                                                                      \
	"Původní zpráva|Přeposlaná zpráva|Eredeti üzenet|"                                               \
	"Továbbított levél|Исходное сообщение|Пересылаемое сообщение|" \
	"原始邮件|原始郵件|转发邮件|轉寄郵件|元のメッセージ|転送メッセージ|"      \
	"원본 메시지|Αρχικό μήνυμα|Orijinal Mesaj|Mesaj original|"                             \
	"Izvorna poruka|Pôvodná správa"

#define FROMS                                                                          \
	"From|Van|De|Von|Fra|Från|Da|Od|Afzender|Absender|Expéditeur|"               \
	"Remitente|Mittente|Lähettäjä|Feladó|От|Від|Από|Kimden|Gönderen|" \
	"De la|差出人|发件人|寄件者|寄件人|보낸 사람"

static const char separator[] =
	"^" DASHES "+\\s*(?:" PHRASES ")\\s*:?\\s*" DASHES "*$"
	"|^(?:" PHRASES ")\\s*[:：]$";

static const char headed_separator[] =
	"^" DASHES "{2,}\\s*(?:" PHRASES ")\\s*:?\\s*" DASHES "{2,}\\s*"
	"(?:" FROMS ")\\s*[:：]";

static const char marker[] =
	"(?:reply|respond|type your (?:reply|response|answer)) above this line"
	"|(?:antwoord|reageer|schrijf uw antwoord) boven deze (?:lijn|regel)"
	"|antworte[nt]?\\b.{0,40}\\boberhalb dieser (?:Linie|Zeile)"
	"|(?:répondre|votre réponse) au-dessus de cette ligne";

/* Each kind is one group, numbered as enum ReplyHeader. */
static const char header[] =
	"^(?:(" FROMS ")"
	"|(Date|Sent|Datum|Verzonden(?: op)?|Verstuurd|Gesendet|Envoyé(?: le)?|"
	"Enviado(?: el| em)?|Enviada(?: em)?|Fecha|Data|Inviato|Sendt|Dato|"
	"Skickat|Wysłano|Lähetetty|Päivä(?:ys)?|Odesláno|Odoslané|Elküldve|"
	"Dátum|Дата|Отправлено|Надіслано|Ημερομηνία|Gönderildi|Tarih|Trimis|"
	"送信日時|日時|日期|发送时间|发送日期|寄件日期|날짜|보낸 날짜)"
	"|(To|Aan|An|Til|Till|À|A|Para|Do|Komu|Destinataire|Destinatario|"
	"Vastaanottaja|Címzett|Кому|Προς|Kime|Către|宛先|收件人|收件者|받는 "
	"사람|"
	"Cc|CC|Kopie|Kopia|Kopi|Copie|Copia|Bcc|Reply-To|Antwort an|"
	"Beantwoorden aan|Копия|Кoпія|抄送|副本)"
	"|(Subject|Onderwerp|Betreff|Betreft|Objet|Emne|Ämne|Asunto|Assunto|"
	"Oggetto|Temat|Předmět|Predmet|Tárgy|Aihe|Тема|Θέμα|Konu|Subiect|"
	"件名|主题|主題|제목))"
	"[\\s*]*[:：][\\s*]*\\S";

static const char delimiter[] = "^(?:--|__|_{7,}|—|– –)\\s*$";

static const char closing[] =
	"^(?:Sent from|Sent via|Sent with|Get Outlook for|Download Outlook for|"
	"Verzonden (?:vanaf|vanuit|met|via)|Verstuurd (?:vanaf|vanuit|met|via)|"
	"Outlook (?:voor|for|für|pour) (?:iOS|Android)|"
	"Gesendet (?:von|mit)|Von mein\\w+ .{0,40} gesendet|Holen Sie sich "
	"Outlook|"
	"Envoyé (?:de|depuis|à partir)|Obtenir Outlook|Télécharger Outlook|"
	"Enviado (?:desde|do|de|a partir)|Obtener Outlook|Inviato da|"
	"Sendt fra|Skickat från|Lähetetty|Wysłane z|Odesláno z|"
	"Отправлено с|從我的|从我的|发自我的|發自我的|iPhoneから送信|"
	"나의 iPhone)\\b.{0,120}$"
	"|^(?:從我的|发自我的|發自我的|iPhoneから).{0,60}$";

static const char *const sources[REPLY_PATTERNS] = {
	[REPLY_ATTRIBUTION] = attribution,
	[REPLY_NAMED] = named,
	[REPLY_STRONG] = strong,
	[REPLY_SEPARATOR] = separator,
	[REPLY_HEADED_SEPARATOR] = headed_separator,
	[REPLY_MARKER] = marker,
	[REPLY_HEADER] = header,
	[REPLY_DELIMITER] = delimiter,
	[REPLY_CLOSING] = closing,
};

ReplyPatterns *
reply_patterns_new(GError **error)
{
	g_autoptr(ReplyPatterns) patterns = g_new0(ReplyPatterns, 1);
	for (size_t i = 0; i < REPLY_PATTERNS; i++) {
		patterns->of[i] =
			pattern_new(sources[i], PATTERN_CASELESS, error);
		if (!patterns->of[i])
			return NULL;
	}
	return g_steal_pointer(&patterns);
}

void
reply_patterns_free(ReplyPatterns *patterns)
{
	if (!patterns)
		return;
	for (size_t i = 0; i < REPLY_PATTERNS; i++)
		pattern_free(patterns->of[i]);
	g_free(patterns);
}
