package Loket::Compose;

# Writing the mails that are sent to a site.

use v5.36;
use Exporter qw(import);

our @EXPORT_OK = qw(compose compose_bounce fill_in date_now);

my $serial = 0;

# A plain mail: the body, and fields by name (From => ...); a field's value may
# be a list. Date, Message-ID and a text type are there unless given; undef
# leaves one out.
sub compose($body, @fields) {
	my %given = @fields;
	my @head = map { defined $_->[1] ? "$_->[0]: $_->[1]\n" : () }
		_pairs(_defaults(\%given), @fields);
	return join '', @head, "\n", $body;
}

# What a mail server returns of a mail that it could not deliver (RFC 3464):
# by default nothing of it has reached an@klant.example.
sub compose_bounce($message_id, %given) {
	my %bounce = (to => 'support@acme.example', recipient => 'an@klant.example',
		action => 'failed', status => '5.1.1', %given);
	return compose(<<~"END",
		--b
		Content-Type: text/plain

		It could not be delivered.

		--b
		Content-Type: message/delivery-status

		Reporting-MTA: dns; mx.klant.example

		Final-Recipient: rfc822; $bounce{recipient}
		Action: $bounce{action}
		Status: $bounce{status}

		--b
		Content-Type: text/rfc822-headers

		From: support\@acme.example
		To: $bounce{recipient}
		Subject: Re: Factuur
		Message-ID: $message_id

		--b--
		END
		From => 'MAILER-DAEMON@mx.klant.example', To => $bounce{to},
		Subject => 'Undelivered Mail Returned to Sender',
		'Auto-Submitted' => 'auto-replied',
		'Content-Type' => 'multipart/report; '
			. 'report-type=delivery-status; boundary="b"');
}

# A sample mail with its {NAMES} replaced, {DATE} by the present.
sub fill_in($file, %values) {
	open my $in, '<:raw', $file or die "$file: $!\n";
	local $/;
	my $mail = readline $in;
	%values = (DATE => date_now(), %values);
	return $mail =~ s/\{([A-Z]+)\}/$values{$1}/gr;
}

# RFC 5322 3.3, whatever the language of the terminal.
sub date_now {
	my ($s, $min, $hour, $day, $month, $year, $weekday) = gmtime;
	return sprintf '%s, %d %s %d %02d:%02d:%02d +0000',
		(qw(Sun Mon Tue Wed Thu Fri Sat))[$weekday], $day,
		(qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[$month],
		1900 + $year, $hour, $min, $s;
}

sub _defaults($given) {
	my @defaults = (
		'Date' => date_now(),
		'Message-ID' => sprintf('<%d.%d.%d@client.example>',
			time, $$, ++$serial),
		'MIME-Version' => '1.0',
		'Content-Type' => 'text/plain; charset=UTF-8',
	);
	my @missing;
	while (my ($name, $value) = splice @defaults, 0, 2) {
		push @missing, $name, $value unless exists $given->{$name};
	}
	return @missing;
}

sub _pairs(@list) {
	my @pairs;
	while (my ($name, $value) = splice @list, 0, 2) {
		push @pairs, map { [$name, $_] }
			ref $value ? @$value : $value;
	}
	return @pairs;
}

1;
