#!/usr/bin/perl
#
# Whatever comes in, however large or deep, and however many at once: it is
# taken once, whole, in time.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

use Loket::Cli;

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
# Far more than any of these needs, also with sanitizers.
use constant SOON_S => 20;

sub nested($depth) {
	my $mail = "From: ${\AN}\nTo: ${\DESK}\nSubject: diep\nMIME-Version: 1.0\n";
	$mail .= "Content-Type: multipart/mixed; boundary=b$_\n\n--b$_\n" for 1 .. $depth;
	return "$mail\nHallo\n" . join '', map { "--b$_--\n" } reverse 1 .. $depth;
}

subtest 'large and deep mails are numbered' => sub {
	my $head = "From: ${\AN}\nTo: ${\DESK}\n";
	my %mail = (
		'a thousand levels' => nested(1000),
		'a mail in a mail in a mail' => $head . "Subject: x\n" . "Content-Type: message/rfc822\n\n" x 500 . "\nx\n",
		'ten thousand header fields' => $head . join('', map { "X-$_: x\n" } 1 .. 10_000) . "Subject: x\n\nx\n",
		'a field of a megabyte' => $head . 'Subject: ' . 'x' x 1_000_000 . "\n\nx\n",
		'a subject of encoded words' => $head . 'Subject:' . " =?utf-8?q?=5B=23?=\n" x 20_000 . "\nx\n",
		'a subject of half tags' => $head . 'Subject: ' . '[ACME #260001' x 10_000 . "\n\nx\n",
		'a subject of brackets' => $head . 'Subject: ' . '[' x 100_000 . "\n\nx\n",
		'many references' => $head . 'References:' . join('', map { " <$_\@x.example>\n" } 1 .. 20_000) . "Subject: x\n\nx\n",
		'many addresses' => "From: ${\AN}\nTo:" . join(',', map { " a$_\@x.example\n" } 1 .. 20_000) . "Subject: x\n\nx\n",
		'nested comments' => "From: " . '(' x 50_000 . " ${\AN}\nSubject: x\n\nx\n",
		'nested quotes' => $head . "Subject: x\n\n" . ('>' x 5000 . " x\n") x 100,
		'a line of a megabyte' => $head . "Subject: x\n\n" . 'x' x 1_000_000 . "\n",
		'deep HTML' => $head . "Subject: x\nContent-Type: text/html\n\n" . '<div>' x 50_000 . 'x',
		'results without end' => $head . 'Authentication-Results: mx.acme.example' . '; dkim=pass' x 50_000 . "\nSubject: x\n\nx\n",
		'only NUL' => "\0" x 100_000,
	);
	for my $name (sort keys %mail) {
		my $cli = Loket::Cli->new;
		my $start = time;
		my $run = $cli->bring($mail{$name}, from => AN);
		is $run->{exit}, 0, "$name: taken" or diag $run->{err};
		cmp_ok time - $start, '<', SOON_S, "$name: in time";
		my $got = eval { decode_json($run->{out}) } // {};
		ok $got->{number}, "$name: numbered";
		is_deeply [map { $_->{number} } $cli->tickets], [$got->{number}], "$name: in the store";
	}
};

subtest 'an odd envelope is taken as it is' => sub {
	my %envelope = (
		'a long sender' => [from => 'x' x 5000 . '@klant.example'],
		'a sender with quotes' => [from => '"a b"@klant.example'],
		'a sender with format signs' => [from => '%s%n@klant.example'],
		'a client that is no address' => [client => 'localhost'],
		'many recipients' => [rcpt => [DESK, map { "a$_\@acme.example" } 1 .. 500]],
		'the desk twice' => [rcpt => [DESK, DESK]],
		'a recipient in brackets' => [rcpt => ['<support@acme.example>']],
	);
	for my $name (sort keys %envelope) {
		my $cli = Loket::Cli->new;
		my $got = $cli->take(From => AN, Subject => 'Hoi', $envelope{$name}->@*);
		ok $got->{created}, $name;
		is scalar $cli->tickets, 1, "$name: one ticket";
	}
};

# Each child brings one mail; their results.
sub at_once($cli, @mails) {
	my @children = map {
		my $mail = $_;
		pipe my $from, my $to or die "pipe: $!\n";
		my $pid = fork // die "fork: $!\n";
		if ($pid == 0) {
			my $own = bless { %$cli, dir => File::Temp::tempdir(CLEANUP => 1) }, ref $cli;
			local $ENV{LOKET_TEST_STORE} = $cli->dir;
			print $to $own->bring($mail, from => AN)->{out};
			close $to;
			require POSIX;
			POSIX::_exit(0);
		}
		close $to;
		[$pid, $from];
	} @mails;
	return map {
		my ($pid, $from) = @$_;
		my $out = do { local $/; readline $from };
		waitpid $pid, 0;
		eval { decode_json($out) } // { failed => $out };
	} @children;
}

# A site whose store is found though each child has a directory of its own.
sub shared_site {
	my $cli = Loket::Cli->new(config => <<'END');
store = "sqlite:${LOKET_TEST_STORE}/loket.db"
secret = "${LOKET_TEST_STORE}/secret"
desk "support" { addresses = { "support@acme.example" } }
END
	$ENV{LOKET_TEST_STORE} = $cli->dir;
	return $cli;
}

sub mail($n) {
	return "From: ${\AN}\nTo: ${\DESK}\nSubject: $n\nMessage-ID: <$n\@klant.example>\n\nx\n";
}

subtest 'mails at once get a number each' => sub {
	my $cli = shared_site();
	my @got = at_once($cli, map { mail($_) } 1 .. 12);
	my %numbers = map { ($_->{number} // 'none') => 1 } @got;
	is scalar keys %numbers, 12, 'twelve numbers' or diag explain \@got;
	is scalar $cli->tickets, 12, 'twelve tickets';
};

subtest 'one mail that comes at once several times is one' => sub {
	my $cli = shared_site();
	my @got = at_once($cli, (mail(1)) x 8);
	my %numbers = map { ($_->{number} // 'none') => 1 } @got;
	is scalar keys %numbers, 1, 'one number' or diag explain \@got;
	is scalar grep({ $_->{created} } @got), 1, 'created once';
	is scalar grep({ $_->{duplicate} } @got), 7, 'a duplicate seven times';
	is scalar $cli->outbox, 1, 'one acknowledgement';
};

done_testing;
