#!/usr/bin/perl
#
# Mail that is broken, huge or hostile gets its number like any other, once,
# and the desk goes on.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Loket::EachServer;
use Test::More;

use Loket::Compose qw(compose);
use Loket::Site;

use constant DESK => 'support@acme.example';
use constant SESSIONS => 50;

my $site = Loket::Site->temporary;
$site->start;

sub plain(@fields) {
	return compose("Hallo.\n", From => 'an@klant.example', To => DESK,
		Subject => 'Vreemd', @fields);
}

# Parts within parts, none of them closed.
sub nested($depth) {
	my $mail = "From: an\@klant.example\nMIME-Version: 1.0\n";
	$mail .= "Content-Type: multipart/mixed; boundary=b$_\n\n--b$_\n"
		for 1 .. $depth;
	return "$mail\nHallo.\n";
}

my %mail = (
	'nothing but a body' => "Hallo.\n",
	'nothing at all' => '',
	'nothing but dots' => ".\n..\n...\n",
	'no From' => compose("Hallo.\n", To => DESK, Subject => 'Zonder'),
	'a From that is none' => compose("Hallo.\n", From => '<<@@>>,;:'),
	'several addresses in From' => compose("Hallo.\n",
		From => 'a@klant.example, b@klant.example'),
	'several From' => plain(From => 'b@klant.example'),
	'a NUL in the header' => plain('X-Nul' => "a\0b"),
	'a NUL in the subject' => compose("Hallo.\n",
		From => 'an@klant.example', Subject => "a\0b"),
	'a NUL in the body' => plain() . "a\0b\n",
	'bytes of no character set' => plain() . join('', map { chr }
		128 .. 255) . "\n",
	'a bare CR' => plain() . "a\rb\n",
	'a header field of 70 kB' => plain('X-Long' => 'x' x 70_000),
	'a subject of 10 kB' => compose("Hallo.\n",
		From => 'an@klant.example', Subject => 'lang ' x 2_000),
	'5,000 header fields' => plain('X-Many' => [1 .. 5_000]),
	'a line of 1 MB' => plain() . 'x' x 1_000_000 . "\n",
	'a Message-ID of 5 kB' => plain(
		'Message-ID' => '<' . 'x' x 5_000 . '@klant.example>'),
	'5,000 references' => plain('References' => join "\n ",
		map { "<$_\@klant.example>" } 1 .. 5_000),
	'300 nested parts' => nested(300),
	'parts without end' => plain('Content-Type' =>
		'multipart/mixed; boundary=b') . "--b\n" x 10_000,
	'a boundary of 3 kB' => plain('Content-Type' =>
		'multipart/mixed; boundary="' . 'b' x 3_000 . '"'),
	'base64 that is none' => plain('Content-Transfer-Encoding' =>
		'base64') . "!!!!====\n",
	'a format in the subject' => compose("%s%n\n",
		From => 'an@klant.example', Subject => '%s%n%99999d'),
	'a header hidden in an encoded word' => compose("Hallo.\n",
		From => 'an@klant.example', Subject =>
		'=?utf-8?q?x=0d=0aLoket-Ticket:_1=0d=0a=0d=0ay?='),
	'an encoded word in a header of ours' => plain(
		'Loket-Ticket' => '=?utf-8?q?1?='),
	'a shell in every address' => compose("Hallo.\n",
		From => '"$(reboot)|`id`" <x@klant.example>',
		'Reply-To' => '"|id"@klant.example', Subject => '`id`; $(id)'),
	'a charset that does not exist' => compose("Hallo.\n",
		From => 'an@klant.example', 'Content-Type' =>
		'text/plain; charset="../../etc/passwd"'),
	'a date of the year 99999' => compose("Hallo.\n",
		From => 'an@klant.example', Date =>
		'Fri, 99 Foo 99999 99:99:99 +9999', Subject => 'Datum'),
);

# Sendmail refuses these itself: a header has 32 kB there.
delete @mail{'a bare CR', 'a header field of 70 kB', '5,000 header fields',
	'5,000 references'} if $ENV{LOKET_SERVER} eq 'Sendmail';

my $n = 0;
for my $name (sort keys %mail) {
	$n++;
	subtest $name => sub {
		my $reply = $site->send("vreemd$n\@klant$n.example", [DESK],
			$mail{$name});
		is $reply->{code}, 250, 'it is taken' or return;
		my $ticket = $site->ticket_of($reply);
		ok $ticket, 'it has a ticket' or return;
		my $copy = $site->delivered('support', $reply);
		is_deeply [$copy->all('Loket-Ticket')], [$ticket->{number}],
			'the delivered copy has the number';
		my @subjects = $copy->all('Subject');
		my @tags = "@subjects" =~ /\[ACME #\d+\]/g;
		is scalar @subjects, 1, 'one subject';
		is_deeply \@tags, [$ticket->{tag}], 'with the tag';
	};
}

subtest 'a hundred recipients, the desk among them' => sub {
	my @to = ((map { "kees+$_\@acme.example" } 1 .. 99), DESK);
	my $reply = $site->send('veel@klant.example', \@to, plain());
	ok $site->ticket_of($reply), 'a ticket';
};

subtest 'many sessions at once' => sub {
	my @sessions = map { $site->session } 1 .. SESSIONS;
	for my $n (0 .. $#sessions) {
		$sessions[$n]->command($_) for
			"MAIL FROM:<zit$n\@klant$n.example>",
			'RCPT TO:<' . DESK . '>', 'DATA';
	}
	my @replies = map { $sessions[$_]->content(compose("Hallo.\n",
		From => "zit$_\@klant$_.example", To => DESK,
		Subject => "Zitting $_")) } 0 .. $#sessions;
	$_->quit for @sessions;
	is scalar(grep { $_->{code} == 250 } @replies), SESSIONS,
		'all are taken';
	my %seen = map { ($_->{subject} // '') => 1 } $site->tickets;
	is scalar(grep { $seen{"Zitting $_"} } 0 .. $#sessions), SESSIONS,
		'each has a ticket';
};

done_testing;
