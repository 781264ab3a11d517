#!/usr/bin/perl
#
# Nothing that a stranger wrote reaches a notification; of what an authenticated
# sender wrote, his subject, to him alone, as plain words.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Encode qw(decode encode);
use MIME::Base64 qw(encode_base64);
use MIME::QuotedPrint qw(decode_qp);
use Test::More;

use Loket::Cli qw(passed failed);
use Loket::Sink;

use constant AN => 'an@klant.example';

# Words that stand in no text of ours.
use constant MARK => 'koopnukwaad';

sub encoded($words) {
	return '=?utf-8?B?' . encode_base64(encode('UTF-8', $words), '') . '?=';
}

my %hostile = (
	'plain' => MARK,
	'HTML' => '<script>' . MARK . '</script><a href="https://kwaad.example/">x</a>',
	'CR and LF in an encoded word' => encoded("x\r\nBcc: weg\@kwaad.example\r\n\r\n" . MARK),
	'NUL in an encoded word' => encoded("x\0" . MARK),
	'marks of direction' => encoded("x\x{202e}" . MARK . "\x{2066}\x{200f}"),
	'ten thousand bytes' => MARK . 'x' x 10_000,
	'line separators' => encoded("x\x{2028}\x{85}" . MARK),
	'a field of a template' => '{desk} {who} ' . MARK,
	'a tag' => '[ACME #2600000014] ' . MARK,
	'raw bytes' => "\xff\xfe" . MARK . "\x80",
	'a folded line' => "x\n " . MARK . "\n\tBcc: weg\@kwaad.example",
);

# What leaves because of a mail: its bytes, its head, its text. The address is
# ours to choose; subject and name are the sender's.
sub sent(%given) {
	my $sink = Loket::Sink->start;
	my $cli = Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"), desk => "ack = \"$given{ack}\"");
	my @results = $given{result} ? ('Authentication-Results' => $given{result}) : ();
	my $got = $cli->take(From => ($given{name} // $given{words}) . " <${\AN}>", Subject => $given{words}, from => AN,
		body => "$given{words}\n", 'Message-ID' => '<1@klant.example>', @results);
	ok $got->{created}, 'a ticket';
	$cli->at('2026-11-23 10:05:00')->run('outbox', '--send');
	my ($mail, @more) = $sink->mails;
	is scalar @more, 0, 'one mail at most';
	return unless $mail;
	my ($head, $body) = split /\r\n\r\n/, $mail->{data}, 2;
	return ($mail, $head, decode('UTF-8', decode_qp($body)));
}

sub is_well_formed($mail, $head, $name) {
	is_deeply $mail->{to}, [AN], "$name: to him alone";
	is $mail->{from}, '', "$name: the null sender";
	unlike $mail->{data}, qr/[^\r]\n|\r[^\n]/, "$name: CRLF only";
	unlike $mail->{data}, qr/[^\r\n\t\x20-\x7e]/, "$name: ASCII without controls";
	unlike $head, qr/^(?:Bcc|To: .*weg)/m, "$name: no field of his";
	is scalar(() = $head =~ /^Subject: /mg), 1, "$name: one subject";
}

subtest 'nothing of a stranger\'s, whatever the policy' => sub {
	for my $ack (qw(always careful)) {
		for my $name (sort keys %hostile) {
			my ($mail, $head, $text) = sent(ack => $ack, words => $hostile{$name});
			ok $mail, "$ack, $name: acknowledged" or next;
			is_well_formed($mail, $head, "$ack, $name");
			unlike "$mail->{data}$text", qr/${\MARK}|kwaad|script/i, "$ack, $name: not a word";
		}
	}
};

subtest 'careful repeats nothing of anybody' => sub {
	my ($mail, $head, $text) = sent(ack => 'careful', words => MARK, result => passed('klant.example'));
	unlike "$mail->{data}$text", qr/${\MARK}/, 'not of who is authenticated either';
};

subtest 'who is authenticated sees his subject, as plain words in its place' => sub {
	for my $name (sort keys %hostile) {
		my ($mail, $head, $text) = sent(ack => 'always', words => $hostile{$name}, name => 'An', result => passed('klant.example'));
		ok $mail, "$name: acknowledged" or next;
		is_well_formed($mail, $head, $name);
		unlike $head, qr/${\MARK}/, "$name: not in the head";
		my ($paragraph) = $text =~ /^([^\n]*(?:onderwerp|subject of|Betreff|objet de).*?)\R\R/ms;
		like $paragraph // '', qr/${\MARK}/, "$name: his subject has a paragraph";
		unlike $text, qr/[\x{202a}-\x{202e}\x{2066}-\x{2069}\x{200e}\x{200f}\x{2028}\x{85}\0]/, "$name: no marks, no controls";
		cmp_ok length($paragraph // ''), '<', 300, "$name: and not without end";
	}
};

subtest 'who writes in another\'s name proves nothing for him' => sub {
	my %policy = (always => 1, careful => 1, authenticated => 0, known => 0);
	for my $ack (sort keys %policy) {
		my $cli = Loket::Cli->new(desk => qq{ack = "$ack"}, site => 'ack-limit-domain = { "1 in 1 hour" }');
		$cli->take(From => 'boef@evil.example', Subject => 'eerst', 'Message-ID' => '<0@evil.example>');
		my $before = () = $cli->acked;
		for my $n (1 .. 3) {
			$cli->take(From => 'boef@evil.example', Subject => MARK, from => "slachtoffer$n\@bank.example",
				'Message-ID' => "<$n\@evil.example>", 'Authentication-Results' => passed('evil.example'));
		}
		my @rows = grep { $_->{to} =~ /bank/ } $cli->outbox;
		is scalar @rows, $policy{$ack}, "$ack: counted as any stranger";
		unlike join('', map { "$_->{subject}$_->{text}" } @rows), qr/${\MARK}/, "$ack: without a word of his";
	}
};

subtest 'who fails is not answered' => sub {
	my @sent = sent(ack => 'always', words => MARK, result => failed('klant.example'));
	is scalar @sent, 0, 'nothing leaves';
};

done_testing;
