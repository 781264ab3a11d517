/*
 * reply_patterns: how mail clients introduce quotes, in many languages.
 *
 * The words stand in tables; a pattern names a table in braces.
 */
#include "reply.h"

/* Words that begin an attribution with a date in it. */
static const char *const heads[] = {
	"On",	"Op",	  "Am",	  "Le",	   "El",  "Il",	 "Em",	 "Den",
	"På",	"W dniu", "Dnia", "Dne",   "Dňa", "Vào", "Pada", "La",
	"Data", "Dana",	  "Στις", "Tarih", "В",	  NULL,
};

/* Words that end one, the name before or behind them. */
static const char *const verbs[] = {
	"wrote",	  "writes",    "sent",
	"said",		  "schreef",   "geschreven",
	"verzond",	  "verzonden", "schrieb",
	"geschrieben",	  "écrit",     "a dit",
	"escribió",	  "scritto",   "escreveu",
	"skrev",	  "skrifaði",  "kirjoitti",
	"napisał\\(a\\)", "napisała?", "pisze",
	"napsal\\(a\\)",  "napsala?",  "napísal\\(a\\)",
	"napísala?",	  "đã viết",   "a scris",
	"írta",		  "yazdı",     "έγραψε",
	"menulis",	  "kirjutas",  "rašė",
	"написал\\(а\\)", "написала?", "написав",
	"пишет",	  "пише",      NULL,
};

/* Words between a verb and a date, the name before both. */
static const char *const prepositions[] = {
	"op", "on", "am", "den", "el", "le", "il", "em", NULL,
};

/* What stands between dashes above another mail. */
static const char *const phrases[] = {
	"Original(?: Message| Appointment)?",
	"Reply Message",
	"(?:Begin )?Forwarded Message",
	"Forwarded by .*",
	"Oorspronkelijk bericht",
	"Origineel bericht",
	"(?:Begin )?doorgestuurd bericht",
	"Ursprüngliche (?:Nachricht|Mail|E-Mail)",
	"Original-?Nachricht",
	"Antwort Nachricht",
	"Weitergeleitete Nachricht",
	"Anfang der weitergeleiteten (?:Nachricht|E-Mail)",
	"Message d['’]origine",
	"Message original",
	"Message transféré",
	"Message transmis",
	"Mail (?:original|transféré)",
	"Début du message transféré",
	"Mensaje original",
	"Mensaje reenviado",
	"Inicio del mensaje reenviado",
	"Mensagem original",
	"Mensagem encaminhada",
	"Messaggio originale",
	"Messaggio inoltrato",
	"Inizio messaggio inoltrato",
	"Oprindelig (?:meddelelse|besked)",
	"Videresendt (?:besked|melding)",
	"Opprinnelig melding",
	"Original melding",
	"Ursprungligt meddelande",
	"Originalmeddelande",
	"Vidarebefordrat (?:meddelande|brev)",
	"Alkuperäinen viesti",
	"Välitetty viesti",
	"Oryginalna wiadomość",
	"Wiadomość oryginalna",
	"Treść przekazanej wiadomości",
	"Původní zpráva",
	"Přeposlaná zpráva",
	"Pôvodná správa",
	"Izvorna poruka",
	"Eredeti üzenet",
	"Továbbított levél",
	"Mesaj original",
	"Orijinal Mesaj",
	"Αρχικό μήνυμα",
	"Исходное сообщение",
	"Пересылаемое сообщение",
	"原始邮件",
	"原始郵件",
	"转发邮件",
	"轉寄郵件",
	"元のメッセージ",
	"転送メッセージ",
	"원본 메시지",
	NULL,
};

/* The names of header fields, as Outlook and others translate them. */
static const char *const froms[] = {
	"From",	     "Van",	   "De",	"Von",	    "Fra",
	"Från",	     "Da",	   "Od",	"De la",    "Afzender",
	"Absender",  "Expéditeur", "Remitente", "Mittente", "Lähettäjä",
	"Feladó",    "Kimden",	   "Gönderen",	"Από",	    "От",
	"Від",	     "差出人",	   "发件人",	"寄件者",   "寄件人",
	"보낸 사람", NULL,
};

static const char *const dates[] = {
	"Date",
	"Sent",
	"Datum",
	"Verzonden(?: op)?",
	"Verstuurd",
	"Gesendet",
	"Envoyé(?: le)?",
	"Enviado(?: el| em)?",
	"Enviada(?: em)?",
	"Fecha",
	"Data",
	"Inviato",
	"Sendt",
	"Dato",
	"Skickat",
	"Wysłano",
	"Lähetetty",
	"Päivä(?:ys)?",
	"Odesláno",
	"Odoslané",
	"Elküldve",
	"Dátum",
	"Gönderildi",
	"Tarih",
	"Trimis",
	"Ημερομηνία",
	"Дата",
	"Отправлено",
	"Надіслано",
	"送信日時",
	"日時",
	"日期",
	"发送时间",
	"发送日期",
	"寄件日期",
	"날짜",
	"보낸 날짜",
	NULL,
};

static const char *const tos[] = {
	"To",
	"Aan",
	"An",
	"Til",
	"Till",
	"À",
	"A",
	"Para",
	"Do",
	"Komu",
	"Destinataire",
	"Destinatario",
	"Vastaanottaja",
	"Címzett",
	"Kime",
	"Către",
	"Προς",
	"Кому",
	"宛先",
	"收件人",
	"收件者",
	"받는 사람",
	"Cc",
	"Bcc",
	"Kopie",
	"Kopia",
	"Kopi",
	"Copie",
	"Copia",
	"Копия",
	"Копія",
	"抄送",
	"副本",
	"Reply-To",
	"Antwort an",
	"Beantwoorden(?: -)? aan",
	NULL,
};

static const char *const subjects[] = {
	"Subject", "Onderwerp", "Betreff", "Betreft", "Objet",	 "Emne",
	"Ämne",	   "Asunto",	"Assunto", "Oggetto", "Temat",	 "Předmět",
	"Predmet", "Tárgy",	"Aihe",	   "Konu",    "Subiect", "Θέμα",
	"Тема",	   "件名",	"主题",	   "主題",    "제목",	 NULL,
};

/* What phones and mail programs write below a mail: a device or a program
 * is named, for a customer may tell how he sent a parcel. */
static const char *const closings[] = {
	"Sent (?:from|via|with) (?:my |an? |the )?{senders}",
	"(?:Get|Download) Outlook for\\b",
	"(?:Verzonden|Verstuurd) (?:vanaf|vanuit|met|via) (?:mijn )?{senders}",
	"Outlook (?:voor|for|für|pour) (?:iOS|Android)\\b",
	"Gesendet (?:von|mit|mit der) (?:mein\\w* )?{senders}",
	"Von mein\\w+ {senders}.{0,40} gesendet\\b",
	"Holen Sie sich Outlook\\b",
	"Envoyé (?:de|depuis|à partir de) (?:mon |ma |l['’])?{senders}",
	"(?:Obtenir|Télécharger) Outlook\\b",
	"Enviado (?:desde|do|de|a partir do) (?:mi |meu |el )?{senders}",
	"Diese Nachricht wurde von mein\\w+ {senders}.{0,40} gesendet\\b",
	"Obtener Outlook\\b",
	"(?:Obter o|Obtenha o|Ottieni|Scarica|Hent|Hämta|Skaffa|Hanki) "
	"Outlook\\b",
	"Pobierz aplikację Outlook\\b",
	"Inviato dal? (?:mio )?{senders}",
	"Sendt fra (?:min )?{senders}",
	"Skickat från (?:min )?{senders}",
	"Lähetetty {senders}",
	"Wysłane z (?:mojego )?{senders}",
	"Odesláno z (?:mého )?{senders}",
	"Отправлено с (?:моего )?{senders}",
	"(?:從我的|从我的|发自我的|發自我的) ?{senders}",
	"{senders} ?(?:から送信|에서 보냄)",
	"나의 {senders}",
	NULL,
};

static const char *const senders[] = {
	"iPhone",     "iPad",	 "Galaxy",	 "Samsung",   "Android",
	"BlackBerry", "Huawei",	 "Xiaomi",	 "OnePlus",   "Pixel",
	"phone",      "mobile",	 "mobiel",	 "telefoon",  "smartphone",
	"tablet",     "Handy",	 "Mobiltelefon", "téléphone", "móvil",
	"Outlook",    "Mail\\b", "Yahoo",	 "AOL",	      "Gmail",
	"Proton",     "Windows", "Thunderbird",	 "K-9",	      "BlueMail",
	"AquaMail",   "Spark",	 "FairEmail",	 NULL,
};

static const struct {
	const char *name;
	const char *const *words;
} tables[] = {
	{"{heads}", heads},
	{"{verbs}", verbs},
	{"{prepositions}", prepositions},
	{"{phrases}", phrases},
	{"{froms}", froms},
	{"{dates}", dates},
	{"{tos}", tos},
	{"{subjects}", subjects},
	{"{closings}", closings},
	{"{senders}", senders}, /* closings name it */
};

/* A run that could be cut short in many ways is possessive, or ends where the
 * next try may begin: else a match takes the square of its line. */
static const char *const sources[REPLY_PATTERNS] = {
	/* On Mon, 2 Nov 2026 at 10:00, Jan <jan@x> wrote: */
	[REPLY_ATTRIBUTION] =
		"^{heads}\\b(?=.*\\d).*\\b{verbs}[^:：]{0,100}[:：]$"
		"|^In (?:message|article) .*{verbs}\\s*[:：]$"
		"|^(?=.*\\d).*(?:写道|寫道|作成|のメッセージ|님이 작성)"
		"\\s*[:：]$",
	/* Jan Jansen <jan@x> wrote: */
	[REPLY_NAMED] =
		"^.{2,300}\\b{verbs}\\s*[:：]$"
		"|^.{0,200}\\b{verbs}\\s{prepositions}\\b.*\\d.*[:：]$"
		"|^\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}\\b.*<\\S+@\\S+>\\s*:?$"
		"|^.{1,200}のメッセージ\\s*[:：]$"
		"|^.*(?:כתב|כתבה|كتب).{0,200}[:：]$",
	/* Jan <jan@x> schrieb am Do.,
	 * 19. Nov. 2026, 09:08: */
	[REPLY_WRAPPED_NAMED] = "^[^<(]{1,100}[<(]\\s?[^<>()@\\s]+@[^<>()\\s]+"
				"[>)]\\s{verbs}\\s.*\\d.*[:：]$",
	/* tor. 19. nov. 2026 kl. 09:13 skrev Jan <
	 * jan@x>: and Thu, 19 Nov 2026 09:13:00 +0100
	 * Jan <jan@x>: */
	[REPLY_WRAPPED_DAY] =
		"^\\pL{1,9}\\.?,?\\s\\d{1,2}\\.?\\s\\pL+\\.?\\s\\d{4}\\b"
		".*(?:\\b{verbs}[^:：]{0,100}|<[^<>()@\\s]+@[^<>()\\s]+>)[:：]"
		"$",
	/* a date with a time or a year, and an address in brackets */
	[REPLY_STRONG] = "^(?=.*(?:\\d{1,2}[:.h]\\d{2}|\\b20\\d\\d\\b)).*"
			 "(?:<|\\[mailto:|\\()"
			 "[^<>()@\\s\\[\\]]+@[^<>()@\\s\\[\\]]+[>\\])]"
			 ".{0,100}[:：]$",
	[REPLY_SEPARATOR] = "^[-–—_=~]++\\s*{phrases}\\s*:?\\s*[-–—_=~]*$"
			    "|^{phrases}\\s*[:：]$"
			    /* Notes */
			    "|^-{3,}+.{2,200}\\b{verbs}[:：]\\s*-{3,}$",
	[REPLY_HEADED_SEPARATOR] =
		"^[-–—_=~]{2,}+\\s*{phrases}\\s*:?\\s*[-–—_=~]{2,}\\s*"
		"{froms}\\s*[:：]",
	[REPLY_MARKER] =
		"(?:reply|respond|type your (?:reply|response|answer)) "
		"above this line"
		"|(?:antwoord|reageer|schrijf uw antwoord) "
		"boven deze (?:lijn|regel)"
		"|antworte[nt]?\\b.{0,40}\\boberhalb dieser (?:Linie|Zeile)"
		"|(?:répondre|votre réponse) au-dessus de cette ligne",
	/* each kind is one group, numbered as enum ReplyHeader */
	[REPLY_HEADER] = "^(?:({froms})|({dates})|({tos})|({subjects}))"
			 "[\\s*]*[:：][\\s*]*\\S",
	[REPLY_DELIMITER] = "^(?:--|__|_{7,}|—|– –)\\s*$",
	[REPLY_CLOSING] = "^{closings}.{0,120}$",
};

/* Each table that the source names becomes a group of alternatives. */
static Pattern *
compile(const char *source, GError **error)
{
	g_autoptr(GString) whole = g_string_new(source);
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		GString *group = g_string_new("(?:");
		for (const char *const *word = tables[i].words; *word; word++)
			g_string_append_printf(
				group, "%s%s",
				word == tables[i].words ? "" : "|", *word);
		g_string_append_c(group, ')');
		g_string_replace(whole, tables[i].name, group->str, 0);
		g_string_free(group, TRUE);
	}
	return pattern_new(whole->str, PATTERN_CASELESS, error);
}

ReplyPatterns *
reply_patterns_new(GError **error)
{
	g_autoptr(ReplyPatterns) patterns = g_new0(ReplyPatterns, 1);
	for (size_t i = 0; i < REPLY_PATTERNS; i++) {
		patterns->of[i] = compile(sources[i], error);
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
