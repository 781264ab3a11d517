#!/usr/bin/perl
#
# loket parse: each file is one object, whatever stands in it; what it says of
# a mail's writer tells the kinds of machines apart.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Copy qw(copy);
use JSON::PP;
use Test::More;

use Loket::Cli;

use constant MAILS => 1000;

my $REPORT = 'Content-Type: multipart/report; report-type=';

sub parsed($head, $body = "Tekst\n") {
	my $cli = Loket::Cli->new;
	my $file = $cli->write('mail.eml', "From: an\@klant.example\n$head\n$body");
	return decode_json($cli->run_bare('parse', $file)->{out});
}

subtest 'a thousand mails are a thousand objects' => sub {
	my $cli = Loket::Cli->new;
	my $folder = $cli->dir . '/mails';
	my @samples = glob 'tests/mail/*.eml';
	mkdir $folder or die "$folder: $!\n";
	for my $i (1 .. MAILS) {
		copy($samples[$i % @samples], sprintf '%s/%04d.eml', $folder, $i) or die "copy: $!\n";
	}
	my @files = sort glob "$folder/*";
	my $run = $cli->run_bare('parse', @files);
	is $run->{exit}, 0, 'ends well';
	my @objects = split /\n/, $run->{out};
	is scalar @objects, MAILS, 'an object each';
	is_deeply [map { /\A\{"file":"([^"]*)"/ } @objects], \@files, 'in their order';
};

subtest 'a file that cannot be read does not hide the others' => sub {
	my $cli = Loket::Cli->new;
	my @good = map { $cli->write($_, "Subject: $_\n\nTekst\n") } qw(a b);
	for my $bad ($cli->dir . '/none', $cli->dir) {
		my $run = $cli->run_bare('parse', $good[0], $bad, $good[1]);
		is $run->{exit}, 66, 'EX_NOINPUT';
		is_deeply [map { decode_json($_)->{file} } split /\n/, $run->{out}], \@good, 'the others are printed';
		like $run->{err}, qr/\Aloket: .*\Q$bad\E.*\n\z/, 'the one is told';
	}
};

subtest 'the kinds of machines are told apart' => sub {
	my @cases = (
		["List-Id: <crew.klant.example>\n", 'customer', qr/mailing list/],
		["List-Id: <crew.klant.example>\nPrecedence: bulk\n", 'robot', qr/mailing list/],
		["Auto-Submitted: auto-replied\n", 'robot', qr/vacation reply/],
		["${REPORT}disposition-notification; boundary=b\n", 'robot', qr/read receipt/],
		["Content-Type: text/calendar; method=REPLY\n", 'robot', qr/calendar reply/],
		["Auto-Submitted: auto-replied\nSubject: Please confirm your message\n", 'robot', qr/challenge-response/],
		["${REPORT}feedback-report; boundary=b\n", 'robot', qr/feedback report/],
		["Subject: Hoi\n", 'customer', qr/\Awritten by a person\z/],
	);
	for my $case (@cases) {
		my ($head, $role, $reason) = @$case;
		my $mail = parsed($head);
		is $mail->{role}, $role, $head;
		like $mail->{role_reason}, $reason, 'its reason';
		my $is_human = $reason =~ /written/;
		is !!$mail->{ack}{allowed}, !!$is_human, 'its acknowledgement';
		ok $is_human || length $mail->{ack}{reason}, 'and why there is none';
	}
};

subtest 'only the languages of the site are recognised' => sub {
	my $french = "Bonjour,\n\nJe n'ai pas encore recu ma commande de la semaine derniere.\n";
	my %seen = ('' => 'fr', 'languages = { "nl", "FR" }' => 'fr', 'languages = { "nl", "en" }' => undef);
	for my $site (sort keys %seen) {
		my $cli = Loket::Cli->new(site => $site);
		my $file = $cli->write('mail.eml', "From: an\@klant.example\n\n$french");
		is $cli->value('parse', $file)->{language}, $seen{$site}, "parse: $site";
		my $got = $cli->take(From => 'an@klant.example', Subject => 'x', body => $french);
		is $cli->ticket($got->{number})->{language}, $seen{$site} // 'nl', "the ticket: $site";
	}
	is parsed('', "Merci !\n")->{language}, undef, 'of a short text nothing is said';
	my $cli = Loket::Cli->new;
	my $short = $cli->take(From => 'an@klant.example', Subject => 'x', body => "Merci !\n");
	is $cli->ticket($short->{number})->{language}, 'nl', "the desk's stands for it";
};

done_testing;
