#!/usr/bin/perl
#
# `check --send` proves that a notification arrives signed, or says what is
# missing; `check --received` looks at one that has arrived.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli;
use Loket::Sink;

use constant { EX_USAGE => 64, EX_DATAERR => 65, EX_NOINPUT => 66, EX_UNAVAILABLE => 69, EX_TEMPFAIL => 75 };
use constant ME => 'me@klant.example';

my $SIGNATURE = 'v=1; a=rsa-sha256; c=relaxed/simple; d=%s; s=2026; h=From:Subject; bh=x; b=y';

sub signed_by($domain) {
	return 'DKIM-Signature: ' . sprintf($SIGNATURE, $domain) . "\n";
}

# A site with a relay; what it has taken is delivered as it came, with fields on
# top, by a child that waits for it.
sub site($sink) {
	return Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"));
}

# Delivers the next mail of the sink to a file, with fields of the way on top.
sub deliver_later($sink, $file, $fields, $before = '') {
	my $pid = fork // die "fork: $!\n";
	return $pid if $pid;
	for (1 .. 300) {
		my ($mail) = $sink->mails;
		select undef, undef, undef, 0.1;
		next unless $mail;
		open my $out, '>:raw', "$file.new" or die "$file: $!\n";
		print $out $before, $fields, $mail->{data} =~ s/\r\n/\n/gr;
		close $out;
		rename "$file.new", $file;
		last;
	}
	require POSIX;
	POSIX::_exit(0);
}

sub arrives($fields, %given) {
	my $sink = Loket::Sink->start;
	my $cli = site($sink);
	mkdir $cli->dir . "/$_" or die "$_: $!\n" for 'Maildir', 'Maildir/new', 'Maildir/cur';
	my $mailbox = $cli->dir . ($given{mbox} ? '/mbox' : '/Maildir');
	my $file = $given{mbox} ? $mailbox : "$mailbox/new/1.host";
	my $pid = deliver_later($sink, $file, $fields, $given{mbox} ? "From a\@b.example\nSubject: x\n\nx\n\nFrom - x\n" : '');
	my $run = $cli->run('check', '--send', ME, '--mailbox', $mailbox);
	waitpid $pid, 0;
	return $run;
}

subtest 'one that is signed for the domain of From is proof' => sub {
	my %way = (
		'its domain' => [signed_by('acme.example'), qr/^signed: by acme\.example for acme\.example$/m],
		'in capitals, folded' => ["DKIM-Signature: v=1;\n\td = Acme.Example ; b=y\n", qr/^signed: by Acme\.Example/m],
		'behind that of another' => [signed_by('list.example') . signed_by('acme.example'), qr/^signed: by acme/m],
		'verified' => ["Authentication-Results: mx.acme.example; dkim=pass header.d=acme.example\n" . signed_by('acme.example'),
			qr/verified where it arrived/],
		'verified by others' => ["Authentication-Results: evil.example; dkim=pass header.d=acme.example\n" . signed_by('acme.example'),
			qr/^signed: by acme\.example for acme\.example$/m],
		'a domain below it' => [signed_by('mx.acme.example'), qr/^signed: by mx\.acme/m],
	);
	for my $name (sort keys %way) {
		my ($fields, $says) = $way{$name}->@*;
		my $run = arrives($fields);
		is $run->{exit}, 0, $name or diag "$run->{out}$run->{err}";
		like $run->{out}, $says, "$name: said";
		like $run->{out}, qr/^the relay smtp:\S+ has taken it for me\@klant\.example, Message-ID <\S+>$/m, "$name: and when it went";
	}
	is arrives(signed_by('acme.example'), mbox => 1)->{exit}, 0, 'in an mbox';
};

subtest 'one that is not says what is missing' => sub {
	my %way = (
		'no signature' => ['', qr/not signed: it has no DKIM-Signature of acme\.example\nmissing: the mail server at smtp:/],
		'another domain' => [signed_by('relay.example'), qr/not signed for acme\.example, but for relay\.example/],
		'a domain that only looks like it' => [signed_by('me.example'), qr/not signed for acme/],
		'a whole country' => [signed_by('example'), qr/not signed for acme/],
		'one that failed' => ["Authentication-Results: mx.acme.example; dmarc=fail header.from=acme.example\n" . signed_by('acme.example'),
			qr/failed where it arrived/],
		'a signature without a domain' => ["DKIM-Signature: v=1; b=x\n", qr/not signed: it has no/],
		'an empty domain' => ["DKIM-Signature: v=1; d=; b=x\n", qr/not signed/],
	);
	for my $name (sort keys %way) {
		my ($fields, $says) = $way{$name}->@*;
		my $run = arrives($fields);
		is $run->{exit}, EX_UNAVAILABLE, $name;
		like $run->{out}, $says, "$name: said";
	}
};

subtest 'without a mailbox it says how to go on' => sub {
	my $sink = Loket::Sink->start;
	my $cli = site($sink);
	my $run = $cli->run('check', '--send', ME);
	is $run->{exit}, EX_UNAVAILABLE, 'nothing is proved yet';
	like $run->{out}, qr/missing: .*check --received FILE/s, 'how to prove it';
	my ($mail) = $sink->mails;
	is $mail->{from}, '', 'it was sent as a notification is';
	is_deeply $mail->{to}, [ME], 'to whom it was to go';
	like $mail->{data}, qr/^Loket-Loop: \S+\r$/m, 'with our mark';
	is $cli->run('check', '--received', $cli->write('saved.eml', signed_by('acme.example') . $mail->{data}))->{exit}, 0,
		'and the saved one is looked at';
	is $cli->run('check', '--received', $cli->write('saved.eml', $mail->{data}))->{exit}, EX_UNAVAILABLE, 'unsigned';
	is $cli->run('check', '--received', $cli->write('saved.eml', "\0\xff"))->{exit}, EX_DATAERR, 'no mail';
	my $other = signed_by('ander.example') . $mail->{data} =~ s/support\@acme/x\@ander/gr;
	is $cli->run('check', '--received', $cli->write('saved.eml', $other))->{exit}, EX_DATAERR, 'from another';
	my $forged = signed_by('acme.example') . $mail->{data} =~ s/^Loket-Loop: \S/Loket-Loop: 0/mr;
	is $cli->run('check', '--received', $cli->write('saved.eml', $forged))->{exit}, EX_DATAERR, 'with a mark that is not ours';
	is $cli->run('check', '--received', $cli->dir . '/nothing')->{exit}, EX_NOINPUT, 'no file';
};

subtest 'a relay that does not take it is told' => sub {
	is Loket::Cli->new->run('check', '--send', ME)->{exit}, EX_TEMPFAIL, 'a dead one';
	my $sink = Loket::Sink->start(rcpt => '550 5.7.1 go away');
	my $run = site($sink)->run('check', '--send', ME);
	is $run->{exit}, EX_DATAERR, 'one that refuses';
	like $run->{err}, qr/go away/, 'with its words';
	for my $address ("a\@b.example>\r\nRCPT TO:<c\@d.example", 'a b@c.example', '') {
		isnt site(Loket::Sink->start)->run('check', '--send', $address)->{exit}, 0, 'an address that is none';
	}
	my $dry = Loket::Cli->new(site => qq(dry-run = true\nrelay = "smtp://127.0.0.1:${\$sink->port}"));
	$run = $dry->run('check', '--send', ME);
	like $run->{err}, qr/dry-run/, 'in a dry run nothing is sent';
};

subtest 'a mailbox that is none is told before anything is sent' => sub {
	my $sink = Loket::Sink->start;
	my $cli = site($sink);
	mkdir $cli->dir . '/plain' or die "$!\n";
	for my $path ($cli->dir . '/plain') {
		my $run = $cli->run('check', '--send', ME, '--mailbox', $path);
		is $run->{exit}, EX_DATAERR, $path;
		like $run->{err}, qr/is no Maildir and no mbox/, "$path: told";
	}
	is scalar $sink->mails, 0, 'nothing was sent';
};

subtest 'wrong usage' => sub {
	my $cli = Loket::Cli->new;
	is $cli->run('check', @$_)->{exit}, EX_USAGE, "@$_"
		for ['x'], ['--mailbox', 'x'], ['--send'], ['--send', ME, '--received', 'x'];
};

done_testing;
